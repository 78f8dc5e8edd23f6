//go:build !invariants

// Package invariants says whether this binary checks the invariants of the whole
// chain after every block. They cost a walk over all balances, so only builds
// with the tag "invariants" do it: tests, simulations and nodes run to watch.
package invariants

// Enabled is true in builds with the tag "invariants".
const Enabled = false
