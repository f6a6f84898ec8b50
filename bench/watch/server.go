package watch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Path is where the metrics are served.
const Path = "/metrics"

// A Server answers scrapes. It shows the trial that runs and the one before it,
// whose last counts a scrape would miss otherwise. A nil Server shows nothing.
type Server struct {
	listener net.Listener
	http     http.Server
	ended    chan struct{}

	mu     sync.Mutex
	run    Run
	trials []Trial // at most two; the last one runs
}

// Listen serves at an address until [Server.Close]. An address without a host is
// that of the loopback interface: others can read only what was addressed in
// full, such as 0.0.0.0:9464. Port 0 is any free one.
func Listen(address string) (*Server, error) {
	full, err := complete(address)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", full)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("serve metrics at %s: the port is taken: choose another, or 0 for any free one", full)
	case err != nil:
		return nil, fmt.Errorf("serve metrics at %s: %w", full, err)
	}
	s := &Server{listener: l, ended: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Path, s.serve)
	s.http = http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	go func() {
		defer close(s.ended)
		_ = s.http.Serve(l) // it ends when it is closed
	}()
	return s, nil
}

// complete gives an address the host that it lacks.
func complete(address string) (string, error) {
	wrong := func(why string) error {
		return fmt.Errorf("%q is no address to serve metrics at: %s: want PORT, :PORT or HOST:PORT, such as 127.0.0.1:9464", address, why)
	}
	full := address
	if !strings.Contains(address, ":") {
		full = ":" + address
	}
	host, port, err := net.SplitHostPort(full)
	if err != nil {
		var bad *net.AddrError
		if errors.As(err, &bad) {
			return "", wrong(bad.Err)
		}
		return "", wrong(err.Error())
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return "", wrong(fmt.Sprintf("port %q is none from 0 to 65535", port))
	}
	if host == "" {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port), nil
}

// URL is where the metrics are.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() + Path }

// Begin shows a trial, which is one of a run.
func (s *Server) Begin(r Run, t Trial) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.run = r
	s.trials = append(s.trials[max(0, len(s.trials)-1):len(s.trials):len(s.trials)], t)
}

// Update takes what is new of the trial that runs. A View of nil is none.
func (s *Server) Update(phase string, at time.Duration, episode int, v *View) {
	s.change(func(t *Trial) {
		t.Phase, t.At, t.Episode = phase, at, episode
		if v != nil {
			t.View = *v
		}
	})
}

// End says that the trial which ran has ended, and in which phase it stays.
// Nothing of it is in force any more.
func (s *Server) End(phase string) {
	s.change(func(t *Trial) {
		t.Phase = phase
		t.View.Nodes = nil
		for i := range t.View.Faults {
			t.View.Faults[i].InForce = 0
		}
	})
}

func (s *Server) change(f func(*Trial)) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.trials); n > 0 {
		f(&s.trials[n-1])
	}
}

func (s *Server) serve(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	run := s.run
	trials := append([]Trial(nil), s.trials...)
	for i := range trials { // End changes the faults in place
		trials[i].View.Faults = append([]Fault(nil), trials[i].View.Faults...)
	}
	s.mu.Unlock()
	w.Header().Set("Content-Type", contentType)
	_ = expose(w, run, trials) // whoever asked has gone
}

// patience is how long an answer under way may take when the server is closed.
const patience = time.Second

// Close lets answers under way end, and serves no more.
func (s *Server) Close() error {
	if s == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, s.http.Close())
	}
	<-s.ended
	if err != nil {
		return fmt.Errorf("stop serving metrics: %w", err)
	}
	return nil
}
