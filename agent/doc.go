// Package agent is the worker that a hired agent runs: it takes the sealed inputs of
// its jobs, has an executor do the work, seals the results, keeps them for their
// clients and commits to them on the chain.
//
// The chain is the truth. At its start the worker lists its live jobs; from then on it
// reads block by block, and looks at the state of each job that a block mentions. When
// blocks are gone, it lists again. What it has done itself is in one file, written
// before and after each step, so that a kill at any moment loses no job and delivers
// nothing twice.
//
// Each milestone goes through these stages; each step may be repeated without harm:
//
//	await_input -> ready -> executed -> submitted -> done
//	                  \-> refused ------------------^
//
// A Config says what to run, a Worker runs it, and Publish brings the chain in line
// with it.
package agent
