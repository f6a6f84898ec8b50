package balance

// A Kind is one row of the table of policies, or of what can be added to one.
type Kind struct {
	Name  string
	Usage string // a form of it
	Does  string
	// Settings are those in parentheses, each with its default.
	Settings []string
}

type kind uint8

const (
	roundRobin kind = iota
	random
	leader
	owner
	pinned
	weighted
	twoChoices
	leastLoaded
)

// kinds is the table of policies.
var kinds = [...]Kind{
	roundRobin:  {Name: "round-robin", Does: "each node in turn"},
	random:      {Name: "random", Does: "any node, all equally"},
	leader:      {Name: "leader", Does: "the node that leads, as far as is known; each in turn while none does"},
	owner:       {Name: ToOwner, Does: "the node that owns the operation's first key; each in turn where all nodes hold everything"},
	pinned:      {Name: "pinned", Usage: "pinned(n2)", Does: "always that node"},
	weighted:    {Name: "weighted", Usage: "weighted(n1=3, n2=1)", Does: "at random, n1 three times as often as n2"},
	twoChoices:  {Name: "two-choices", Does: "two nodes at random, and of these the one with fewer operations outstanding"},
	leastLoaded: {Name: "least-loaded", Does: "the node with the fewest operations outstanding"},
}

// additions are what can follow a policy.
var additions = [...]Kind{
	{Name: "retry", Usage: "+ retry", Does: "what certainly had no effect is asked for again, and so is a read, after a pause of any time up to " +
		"backoff, which doubles with each retry up to cap; within a budget, as a share of the operations"},
	{Name: "hedge", Usage: "+ hedge", Does: "a second node is asked for a read that is not answered after that percentile of the latest reads' times, " +
		"or after a time such as 20ms, and the first answer counts; within a budget, as a share of the reads"},
}

func kindNames() (names []string) {
	for _, k := range kinds {
		names = append(names, k.Name)
	}
	return names
}

// Kinds lists the policies and what can be added to one, in the order in which a
// newcomer would meet them.
func Kinds() (list []Kind) {
	retry, hedge := defaultRetry(), defaultHedge()
	usual := [...][]setting{retry.settings(), hedge.settings()}
	for _, k := range kinds {
		list = append(list, k)
	}
	for i, k := range additions {
		for _, s := range usual[i] {
			k.Settings = append(k.Settings, s.name+"="+s.write())
		}
		list = append(list, k)
	}
	for i, k := range list {
		if k.Usage == "" {
			list[i].Usage = k.Name
		}
	}
	return list
}
