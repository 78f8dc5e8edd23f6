package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cosmos/cosmos-sdk/version"
)

const (
	flagOutput = "output"
	outputText = "text"
	outputJSON = "json"
)

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "aitbc",
		Short:         "Use the AITBC chain, and run networks of your own",
		SilenceErrors: true, // main prints them, once and in one sentence
		SilenceUsage:  true,
		Version:       version.Version,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if out := outputOf(cmd); out != outputText && out != outputJSON {
				return fmt.Errorf("--output: expected text or json, got %q", out)
			}
			return nil
		},
	}
	root.PersistentFlags().StringP(flagOutput, "o", outputText, "format of the result: text or json")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if wrong := (*pflag.InvalidValueError)(nil); errors.As(err, &wrong) {
			return fmt.Errorf("--%s: expected a value of type %s, got %q", wrong.GetFlag().Name, wrong.GetFlag().Value.Type(), wrong.GetValue())
		}
		return fmt.Errorf("%w (`%s --help` lists the flags)", err, cmd.CommandPath())
	})
	root.AddCommand(
		newHireCommand(), newJobsCommand(), newAgentCommand(), newWalletCommand(), newKeysCommand(), newCardCommand(), newAgentsCommand(),
		newLocalnetCommand(), newDemoCommand(),
	)
	return root
}

// group returns a command that only holds others: a wrong or missing name of a
// subcommand is an error, not a help page with exit status 0.
func group(use, short, long string) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Long: long,
		RunE: func(cmd *cobra.Command, args []string) error {
			names := make([]string, 0, len(cmd.Commands()))
			for _, c := range cmd.Commands() {
				names = append(names, c.Name())
			}
			if len(args) == 0 {
				return fmt.Errorf("%s: expected one of %s", cmd.CommandPath(), strings.Join(names, ", "))
			}
			return fmt.Errorf("%s: expected one of %s, got %q", cmd.CommandPath(), strings.Join(names, ", "), args[0])
		},
	}
}

func outputOf(cmd *cobra.Command) string {
	out, _ := cmd.Flags().GetString(flagOutput)
	return out
}

// printResult prints v as JSON, or lets text write it for people.
func printResult(cmd *cobra.Command, v any, text func(io.Writer) error) error {
	if outputOf(cmd) == outputText {
		return text(cmd.OutOrStdout())
	}
	raw, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(cmd.OutOrStdout(), string(raw))
	return err
}

// table writes rows in aligned columns.
func table(w io.Writer, rows [][]string) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		if _, err := fmt.Fprintln(tw, strings.Join(row, "\t")); err != nil {
			return err
		}
	}
	return tw.Flush()
}

// newProgress returns a printer of lines with the time since now. It writes to
// stderr, so that stdout holds the result alone.
func newProgress(cmd *cobra.Command) func(string) {
	begin := time.Now()
	return func(line string) {
		cmd.PrintErrf("%6.1fs  %s\n", time.Since(begin).Seconds(), line)
	}
}
