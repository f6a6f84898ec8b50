package scenario

import (
	"strings"
	"testing"
)

// TestLeastRecover: recovery is seen in five bins that begin up to one bin after
// healing, when the last of their operations is past its deadline of 100 ms and 200 ms
// have passed for its sample to arrive. Bins are 100 ms; with probes 5 times a second two
// periods of 200 ms; without probes four operations.
func TestLeastRecover(t *testing.T) {
	for _, c := range []struct{ text, least, below string }{
		{"", "900ms", "899ms"},                                                                       // 6 × 100 + 100 + 200
		{"probes: {rate: 5}\n", "2700ms", "2.699s"},                                                  // 6 × 400 + 300
		{"probes: {rate: 0}\n", "900ms", "899ms"},                                                    // at 1000 op/s or more
		{"probes: {rate: 0}\nload: {rate: 10}\n", "2700ms", "2.699s"},                                // 6 × 400 + 300
		{"load: {deadline: 1s}\n", "1800ms", "1.799s"},                                               // 6 × 100 + 1000 + 200
		{"probes: {rate: 0}\nload: {rate: 50% of knee, knee: {etcdraft: 20}}\n", "2700ms", "2.699s"}, // 10 op/s
	} {
		text := "systems: etcdraft\n" + c.text + "faults: [{at: 5s, for: 2s, fault: kill(leader), episodes: 3, recover: "
		if _, err := Parse("case.yaml", []byte(text+c.least+"}]\n"), fakeCatalog()); err != nil {
			t.Errorf("%q: %v", c.text, err)
		}
		_, err := Parse("case.yaml", []byte(text+c.below+"}]\n"), fakeCatalog())
		if err == nil || !strings.Contains(err.Error(), "faults[0].recover: "+c.below+" is over before recovery can be seen") ||
			!strings.HasSuffix(err.Error(), "want "+strings.Replace(strings.Replace(c.least, "2700ms", "2.7s", 1), "1800ms", "1.8s", 1)+" or more") {
			t.Errorf("%q: %v", c.text, err)
		}
	}
}
