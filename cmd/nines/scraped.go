package main

import "nines/bench/watch"

// scraped is how others can see how a run goes.
type scraped struct {
	Metrics string `placeholder:"ADDRESS" help:"Serve metrics of the trial that runs to Prometheus, such as at 127.0.0.1:9464; without a host on the loopback interface."`
}

// begin serves what the display shows, until end is called. It does nothing unless
// it was asked for.
func (c scraped) begin(show *display) (end func(), err error) {
	if c.Metrics == "" {
		return func() {}, nil
	}
	s, err := watch.Listen(c.Metrics)
	if err != nil {
		return nil, badInput{err}
	}
	show.watch = s
	show.line("metrics: %s", s.URL())
	return func() { _ = s.Close() }, nil // what a scrape has not got by now is in the report
}
