// Package disk is a node's stable storage.
package disk

type Store struct{}
