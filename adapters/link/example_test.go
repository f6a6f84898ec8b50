package link_test

import (
	"fmt"

	"nines/adapters/link"
	"nines/chaos"
)

// A message goes through, one is lost in a cut, and one goes through again.
func Example() {
	fabric, err := link.New(link.Config{Nodes: []string{"a", "b"}})
	if err != nil {
		panic(err)
	}
	defer fabric.Close()
	a, _ := fabric.Attach("a")
	b, _ := fabric.Attach("b")
	b.Handle(func(from string, payload any) { fmt.Println(from, "says", payload) })

	a.Send("b", "hello", 5)
	heal, _ := fabric.HurtLink("a", "b", chaos.LinkFault{Cut: true})
	a.Send("b", "is anybody there?", 17)
	fmt.Println(heal().Dropped, "dropped")
	a.Send("b", "hello again", 11)
	fmt.Println(fabric.Cost())
	// Output:
	// a says hello
	// 1 dropped
	// a says hello again
	// 3 33
}
