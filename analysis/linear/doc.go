// Package linear decides whether a history of operations on registers was
// linearizable (Herlihy and Wing, TOPLAS 12(3), 1990), and whether acknowledged
// writes were still there at the end.
//
// Every key is a register of its own with the initial value [bench.IdleValue],
// and linearizability is local, so a history is legal if each key's part of it
// is. Samples of all classes are one history: preloads, the workload, probes
// and final reads.
//
// # Operations
//
// An operation takes effect at one instant of the closed interval [Sent, Done].
// Two operations that touch at one instant are concurrent: clocks tie, and this
// reading never calls a legal history illegal. One operation precedes another
// only if it was done strictly before the other was sent; that one session
// performed both adds nothing.
//
// Rejected and dropped operations and unanswered reads have no effect and tell
// nothing: they are left out. A read that returns a rejected write's value is
// therefore illegal. An unanswered write or swap takes effect at any instant
// from Sent on, or never: it is given no end. If no answered operation gives
// evidence of it (found its value, or an unanswered swap with evidence replaced
// it), it is left out, which is exact: take it from a legal order in which it
// took effect, and the value before it lasts until the next write, which needs
// no particular value to be there; nothing else stood between, since that would
// have been evidence. If there is evidence, it did take effect.
//
// # The fast check
//
// Values are unique, so it is known which write each read saw. A cluster is a
// value: its write, and the operations that found it. An answered
// compare-and-swap that found another value is a read. One that swapped, or an
// unanswered one with evidence, found one value and wrote another with nothing
// between, so it chains two clusters. A chain of k ≥ 1 clusters is a block:
//
//	write v1 | reads of v1 | swap v1 for v2 | reads of v2 | swap v2 for v3 | …
//
// A legal order is an order of the blocks, each internally in the order of its
// groups as drawn. A total preorder and real-time precedence have a common
// linear extension unless an operation precedes, in real time, one of an
// earlier group (a cycle of the union either contains such a step, or stays in
// one group, and real time has no cycles). So a history is legal if and only if
//
//  1. each value found was written, was swapped away at most once, and no chain
//     closes on itself;
//  2. in a block, no operation was done before one of an earlier group was sent;
//  3. the blocks can be ordered such that no operation of a later block was done
//     before one of an earlier block was sent.
//
// For the third, let f be the least Done in a block and s the greatest Sent. A
// must precede B if and only if f(A) < s(B). If these constraints have a cycle,
// they have one of two blocks: in a longer one let A have the least f, Z be its
// predecessor and Y that of Z; then f(A) ≤ f(Y) < s(Z), and f(Z) < s(A) already.
// So the third condition fails if and only if for two blocks f(A) < s(B) and
// f(B) < s(A). Call [f, s] a forward zone if f < s, and else [s, f] a backward
// zone: then either two forward zones overlap, or a backward zone lies strictly
// inside a forward one. One pass over the blocks in order of f finds it. The
// initial value is a write that precedes everything, so f = -∞ for its block.
//
// Clusters and zones are due to Gibbons and Korach, "Testing Shared Memories",
// SIAM J. Comput. 26(4), 1997. It takes O(n + w log w) time for n operations of
// which w write, on one key as on many.
//
// # The search
//
// A key on which two writes have one value, or one writes [bench.IdleValue],
// is outside the fast check. It is searched exhaustively with porcupine within
// a budget of time and memory; exceeding it gives the verdict [Unknown].
package linear
