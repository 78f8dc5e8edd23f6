package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	servercmd "github.com/cosmos/cosmos-sdk/server/cmd"
)

// Main runs the command line with the given arguments, without the program's
// name, and returns the exit status: 0, or 1 after one sentence on stderr.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root, err := NewRootCmd()
	if err == nil {
		root.SetArgs(args)
		root.SetIn(stdin)
		root.SetOut(stdout)
		root.SetErr(stderr)
		err = execute(root, slices.Contains(args, "--trace"), stderr)
	}
	if err != nil {
		// Nobody is left to tell if this fails.
		_, _ = fmt.Fprintf(stderr, "Error: %s\n", explain(err))
		return 1
	}
	return 0
}

// execute runs a command and returns what a panic in it says as an error. The
// goroutines of a running node are not its business.
func execute(root *cobra.Command, trace bool, stderr io.Writer) (err error) {
	defer func() {
		if r := recover(); r != nil {
			if trace {
				_, _ = stderr.Write(debug.Stack())
			}
			err = fmt.Errorf("%v (--trace shows where)", r)
		}
	}()
	cmd, err := root.ExecuteContextC(servercmd.CreateExecuteContext(context.Background()))
	if err != nil && isUsage(err) {
		return fmt.Errorf("%w; usage: %s", err, cmd.UseLine())
	}
	return err
}

// isUsage reports whether cobra says that the number of arguments is wrong.
func isUsage(err error) bool {
	text := err.Error()
	return errors.Unwrap(err) == nil && strings.Contains(text, "arg(s)") &&
		(strings.HasPrefix(text, "accepts ") || strings.HasPrefix(text, "requires "))
}
