package cmd

// Explain is what Main prints about an error; Failure is the error about a
// transaction that failed in a block.
var (
	Explain = explain
	Failure = failure
)
