package sim_test

import (
	"strings"
	"testing"

	"nines/adapters/replica/sim"
)

func exec(t *testing.T, c *sim.Cluster, script, want string) {
	t.Helper()
	trim := func(s string) string {
		var b strings.Builder
		for l := range strings.Lines(s) {
			if l = strings.TrimSpace(l); l != "" {
				b.WriteString(l + "\n")
			}
		}
		return b.String()
	}
	if got, want := trim(c.Exec(script)), trim(want); got != want {
		t.Errorf("%s\ngives\n%s\nwant\n%s", script, got, want)
	}
}

func toys(t *testing.T) *sim.Cluster {
	t.Helper()
	c, err := sim.New(sim.ClusterConfig{Nodes: 3, New: newToy})
	if err != nil {
		t.Fatal(err)
	}
	c.Log()
	return c
}

// Nothing happens that is not told to, and answers wait for every disk.
func TestScript(t *testing.T) {
	c := toys(t)
	exec(t, c, `call n1 1 write 7 70`, `
		#1 n1 forces 1 records`)
	exec(t, c, `do n1`, `
		#2 n1 -> n2: entry(1)
		#3 n1 -> n3: entry(1)
		n1 is at durable(1) of n1`)
	exec(t, c, `
		do n1->*
		do n2`, `
		#4 n2 forces 1 records
		#5 n3 forces 1 records
		n2 is at durable(1) of n1
		#6 n2 -> n1: durable{upTo:1}`)
	exec(t, c, `pending`, `
		#5 force at n3
		#6 n2 -> n1: durable{upTo:1}`)
	exec(t, c, `settle`, `
		n3 is at durable(1) of n1
		#7 n3 -> n1: durable{upTo:1}
		n1 answers session 1: ok 0`)
	exec(t, c, `call n1 1 read 7`, `n1 answers session 1: ok 70`)
	exec(t, c, `call n2 1 read 7`, `call n2 1 read 7: not leader, ask n1: the operation had no effect`)
}

// A crash loses what was being forced, and what comes for a node that is down.
func TestScriptCrash(t *testing.T) {
	c := toys(t)
	c.Exec("call n1 1 write 7 70")
	exec(t, c, `
		do n1
		do n1->n2
		crash n2
		do n1->n3
		crash n1
		restart n1
		do n3
		do n3->n1
		restart n2
		pending`, `
		#2 n1 -> n2: entry(1)
		#3 n1 -> n3: entry(1)
		n1 is at durable(1) of n1
		#4 n2 forces 1 records
		n2 crashes
		#5 n3 forces 1 records
		n1 crashes
		n1 restarts
		n1 leads in term 1
		n3 is at durable(1) of n1
		#6 n3 -> n1: durable{upTo:1}
		n2 restarts
		n2 follows n1 in term 1`)
	exec(t, c, `
		tick n1 10
		dup n1->n2
		drop #7 #8`, `
		#7 n1 -> n2: entry(1)
		#8 is #7 again`)
}

// A trap strikes before anything of the step is done.
func TestTrap(t *testing.T) {
	c := toys(t)
	exec(t, c, `
		at n2 durable crash n1
		at n3 durable crash n3
		call n1 1 write 7 70
		settle
		status`, `
		#1 n1 forces 1 records
		#2 n1 -> n2: entry(1)
		#3 n1 -> n3: entry(1)
		n1 is at durable(1) of n1
		#4 n2 forces 1 records
		#5 n3 forces 1 records
		n2 is at durable(1) of n1
		n1 crashes
		#6 n2 -> n1: durable{upTo:1}
		n3 is at durable(1) of n1
		n3 crashes
		#6 is lost: n1 is down
		n1: down
		n2: leader n1, term 1, committed 1, applied 1, digest fc8d81a0a84744e3
		n3: down`)
}

func TestBadScript(t *testing.T) {
	exec(t, toys(t), `
		tick
		tick n9
		tick n1 many
		call n1 x read 1
		call n1 1 read
		call n1 1 txn 5
		call n1 1 txn 5 read(1
		call n1 1 txn 5 read(1,2)
		do #9
		restart n1
		explode n1`, `
		tick: no such command, or something is missing: see Cluster.Exec
		tick n9: no node is called "n9"; there are [n1 n2 n3]
		tick n1 many: ticks: strconv.Atoi: parsing "many": invalid syntax
		call n1 x read 1: session: strconv.ParseUint: parsing "x": invalid syntax
		call n1 1 read: "read" is none of read KEY, write KEY ID, cas KEY EXPECT ID, txn ID and micro-operations
		call n1 1 txn 5: a transaction is its id and its micro-operations, such as "txn 7 read(1) write(2,5)"
		call n1 1 txn 5 read(1: micro-operation "read(1": want one like write(2,5) here
		call n1 1 txn 5 read(1,2): micro-operation "read(1,2)": want read(KEY), list(KEY), write(KEY,ID), append(KEY,ELEMENT), pop(KEY), add(KEY,NUMBER), scan(KEY,NUMBER) or cas(KEY,EXPECT,ID)
		do #9: nothing that is pending is #9
		restart n1: restart node n1: it is running
		explode n1: no such command, or something is missing: see Cluster.Exec`)
}
