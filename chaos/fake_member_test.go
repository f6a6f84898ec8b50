package chaos

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

func (f *fake) TransferLeader(_ context.Context, to string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.note("transfer", to); err != nil || f.deaf {
		return err
	}
	term := uint64(0)
	for _, t := range f.terms {
		term = max(term, t)
	}
	if f.passing == 0 {
		f.terms = map[string]uint64{to: term + 1}
		return nil
	}
	time.AfterFunc(f.passing, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.terms = map[string]uint64{to: term + 1}
	})
	return nil
}

func (f *fake) Join(ctx context.Context, node string) ([]string, error) {
	time.Sleep(f.slow)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := cmp.Or(f.note("join", node), ctx.Err()); err != nil {
		return nil, err
	}
	f.lives[node] = f.counts["join "+node] + 1
	if slices.Contains(f.Spares(), node) {
		f.lives[node]--
	}
	f.up[node], f.joined[node] = true, time.Now()
	return f.members(), nil
}

func (f *fake) Leave(ctx context.Context, node string) ([]string, error) {
	time.Sleep(f.slow)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := cmp.Or(f.note("leave", node), ctx.Err()); err != nil {
		return nil, err
	}
	if f.lives[node] == 0 {
		return nil, errors.New(node + " is no member")
	}
	f.lives[node], f.up[node] = 0, false
	return f.members(), nil
}

func (f *fake) Spares() []string { return []string{"spare-1", "spare-2"} }

func (f *fake) members() (list []string) {
	for _, n := range append(slices.Clone(f.names), f.Spares()...) {
		switch f.lives[n] {
		case 0:
		case 1:
			list = append(list, n)
		default:
			list = append(list, fmt.Sprintf("%s#%d", n, f.lives[n]))
		}
	}
	return list
}
