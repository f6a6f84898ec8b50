package adapters

import (
	"fmt"

	"nines/adapters/controls"
	"nines/adapters/replica/sim"
	"nines/chaos"
	"nines/results"
)

// Broken returns the systems that are broken on purpose, to see that the checkers
// catch them. They are in no default run.
func Broken() []System {
	var all []System
	for _, c := range controls.All() {
		caps := fixed
		if c.Guarantees.Partitioned || c.Guarantees.Leaderless {
			caps = equals
		}
		if len(c.Points) == 0 {
			caps &^= chaos.CanPoint
		}
		all = append(all, System{
			Name:   c.Name,
			About:  fmt.Sprintf("%s: %s", c.Of, c.Planted),
			Caps:   caps,
			Points: c.Points,
			Settings: []Setting{
				{"planted", "true", "on the host sim, false has the right system run under the same schedule with the same seed"},
			},
			Prepare: func(s map[string]string) (Prepared, error) { return prepareBroken(&c, s) },
		})
	}
	return all
}

func prepareBroken(c *controls.Control, s map[string]string) (Prepared, error) {
	var planted bool
	if err := parsed(s, "planted", &planted, parseBool); err != nil {
		return Prepared{}, err
	}
	p := onHost(c.Open(planted), c.Points, c.Guarantees)
	p.Owner = c.Owner
	p.Simulate = func() (results.Facts, sim.History, error) { return c.Run(planted) }
	return p, nil
}
