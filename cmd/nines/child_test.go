package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"nines/bench"
	"nines/bench/trial"
)

// TestMessages: what a teller tells is heard, however it is cut up on the way,
// and whatever else is printed in between.
func TestMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire bytes.Buffer
		tell := newTeller(&wire)
		tell.dir("d")
		tell.phase(trial.Measuring)
		if err := tell.live.Record([]bench.Sample{{Class: bench.Main, Outcome: bench.OK}}); err != nil {
			t.Fatal(err)
		}
		tell.setBase(time.Now().Add(-tellEvery))
		time.Sleep(tellEvery + 1)
		tell.stopRun(fmt.Errorf("full\nand more"))
		tell.stop()
		tell.stop()

		wire.WriteString("a library prints\n{\"half\": ")
		var heard []message
		c := child{heard: func(m message) { heard = append(heard, m) }}
		for b := range bytes.SplitSeq(wire.Bytes(), []byte(`"`)) {
			if n, err := c.Write(append(b, '"')); n != len(b)+1 || err != nil {
				t.Fatal(n, err)
			}
		}
		if len(heard) != 5 { // the last says how it all came out
			t.Fatalf("heard %+v", heard)
		}
		if m := heard[2]; m.Phase != trial.Measuring || m.At != 2*tellEvery || m.Counts.OK != 1 || m.Dir != "d" || m.Stop != "" {
			t.Errorf("heard %+v", m)
		}
		if c.last.Stop != "full" {
			t.Errorf("the last is %+v", c.last)
		}
	})
}

func TestLastWords(t *testing.T) {
	for text, want := range map[string]string{
		"":             "",
		"\n \n":        "",
		"one\ntwo\n\n": "two",
		"noise\npanic: no\n\ngoroutine 1 [running]:\nmain.main()\n": "panic: no",
		"fatal error: concurrent map writes\n\ngoroutine 1":         "fatal error: concurrent map writes",
	} {
		if got := lastWords(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	for want, d := range map[string]died{
		"the process of the trial ended with signal: killed":           {how: "signal: killed"},
		"the process of the trial ended with exit status 2: panic: no": {how: "exit status 2", words: "panic: no\n\ngoroutine 1"},
	} {
		if got := d.Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestTail(t *testing.T) {
	var short, long tail
	fmt.Fprint(&short, "a", "b")
	if short.String() != "ab" {
		t.Errorf("%q", short.String())
	}
	fmt.Fprint(&long, "first")
	for range 10 {
		fmt.Fprint(&long, strings.Repeat("x", tailLimit))
	}
	fmt.Fprint(&long, "last")
	if s := long.String(); len(s) > 4*tailLimit+10 || !strings.HasPrefix(s, "first") || !strings.HasSuffix(s, "last") {
		t.Errorf("%d bytes, from %q to %q", len(s), s[:10], s[len(s)-10:])
	}
}

// TestMessageIsOneLine: whatever a reason contains.
func TestMessageIsOneLine(t *testing.T) {
	b, err := json.Marshal(message{Stop: "a\nb\u2028c"})
	if err != nil || bytes.ContainsAny(b, "\n\r") {
		t.Errorf("%q, %v", b, err)
	}
}
