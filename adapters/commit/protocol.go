package commit

// A Protocol decides the fate of the transactions that several nodes take part
// in. Its methods are called by its [Node], within a Step.
type Protocol interface {
	// Begin is told of a transaction that this node coordinates. It sends its
	// parts to the participants, and in the end calls [Node.Answer].
	Begin(o *Open)
	// Granted is told that a part has its locks, what it found and what it would
	// write, and that a record of that has been appended to the log. The part
	// stays prepared until [Node.Commit] or [Node.Abort] is called.
	Granted(l *Local)
	// Refused is told that a part was refused: it holds nothing.
	Refused(t *Txn, err error)
	// Message takes what another node's Protocol sent, and what this one gave to
	// [Node.WhenDurable], from = this node.
	Message(from int, body any)
	// Tick is called when time has passed.
	Tick()
}

// A Keeper is the part of a [Protocol] that outlives a crash.
type Keeper interface {
	// Replay takes a record that the protocol appended, in order; prepared parts
	// are known to the node as they were then.
	Replay(kind byte, data []byte) error
	// AppendState and Restore carry what the records up to a snapshot said.
	AppendState(b []byte) []byte
	Restore(b []byte) error
	// Recovered is called once, in the first Step after a Recover.
	Recovered()
}

// Machine is what a protocol implements.
type Machine interface {
	Protocol
	Keeper
}
