package commit

import "nines/adapters/machine"

func (n *Node) read(key uint64) []byte { return n.values[key] }

// apply makes writes stand.
func (n *Node) apply(t *Txn, writes []machine.Write) {
	n.applied++
	n.fold(uint64(t.ID.Node), t.ID.Seq, uint64(len(writes)))
	for i := range writes {
		n.values[writes[i].Key] = writes[i].Value
		n.fold(writes[i].Key, valueID(writes[i].Value), uint64(len(writes[i].Value)))
	}
}

// fold chains numbers into the digest, as FNV-1a does with bytes.
func (n *Node) fold(vs ...uint64) {
	for _, v := range vs {
		n.digest = (n.digest ^ v) * 0x100000001b3
		n.digest ^= n.digest >> 32
	}
}
