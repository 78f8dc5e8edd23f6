// Package scenarios holds the stories that the market must tell as they are told
// here, each on a whole chain in one process: real transactions, blocks and commits.
package scenarios
