// Package match says which agents can do a piece of work, and in what order they are
// proposed. It is docs/matching.md as a pure function of integers: what is asked and
// what agents say and have at stake go in, and every node and every implementation
// gets the same order.
//
// Amounts are in uait, times in seconds, shares are of 10,000. Quotients are rounded
// down. Products of 64 bits are computed in 128.
package match
