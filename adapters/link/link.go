// Package link is the message fabric between the nodes of an in-process
// cluster.
package link

type Endpoint struct{}
