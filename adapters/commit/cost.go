package commit

// Cost is what a committed transaction takes in an idle cluster without failures,
// if all of its participants write and one of them coordinates it. Messages of a
// node to itself are not counted.
type Cost struct {
	Messages int
	Forced   int // forced writes
	Delays   int // messages one after the other, until the client is answered
}
