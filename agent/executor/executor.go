// Package executor does the work that agents are hired for. An Executor turns the
// opened input of a job into a result; how inputs and results travel, and who pays, is
// not its business.
//
// Embedded is the executor that needs nothing but this program: it summarises texts
// and finds their keywords. Executors that ask models, or run programs, implement the
// same interface.
package executor

import "context"

// Executor does tasks of some skills. It is safe for use by several goroutines.
type Executor interface {
	// Name says which executor this is, in logs and configurations.
	Name() string
	// Skills lists the ids of what it can do, such as text.summarize.
	Skills() []string
	// Run does one task. It ends soon after ctx is over, with its error. An
	// *InputError means that the task fails each time; other errors may pass.
	Run(ctx context.Context, task Task) (Output, error)
}

// Task is what is to be done.
type Task struct {
	// Skill is the id of what is asked for.
	Skill string
	// MediaType is of the input, such as text/markdown; charset=utf-8.
	MediaType string
	Input     []byte
	// Parameters are of the skill. An executor refuses those it does not know.
	Parameters map[string]string
}

// Output is what was made.
type Output struct {
	MediaType string
	Body      []byte
}

// InputError says why a task can never succeed, in one sentence that is meant for the
// client. Trying again is of no use.
type InputError struct {
	// Field is what is wrong: skill, media type, input, or the name of a parameter.
	Field string
	// Problem says what was expected.
	Problem string
}

// Error implements error.
func (e *InputError) Error() string { return e.Field + ": " + e.Problem }
