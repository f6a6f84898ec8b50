// Package threepc is three-phase commit.
package threepc
