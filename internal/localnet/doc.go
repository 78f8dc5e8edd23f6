// Package localnet runs a network of real aitbcd processes on the loopback
// interface: for developers through `aitbc localnet`, and for the system tests,
// which kill, pause and restart its nodes.
//
// A network is a directory. It is built beside its final place and renamed when
// complete, and localnet.json in it marks it as ours: without that file nothing
// in a directory is ever changed or deleted. The processes are detached; a later
// program opens the directory and finds them again.
package localnet
