package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/version"

	"github.com/aitbc/aitbc/agent"
)

func newAgentRunCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Run an agent: take inputs, do the work, deliver, get paid",
		Long: `Run an agent: take inputs, do the work, deliver, get paid. It runs until it is
interrupted, and then ends what it has begun; a second Ctrl-C ends it at once. After a
crash it goes on where it was. It logs to stderr, with --output json as JSON.`,
		Example: "  aitbc agent run --config agent.yaml\n  aitbc agent run --from bob",
		Args:    arguments(),
		RunE:    runAgentRun,
	}
	addConfigFlag(cmd)
	return cmd
}

func runAgentRun(cmd *cobra.Command, _ []string) error {
	path, err := agentConfig(cmd)
	if err != nil {
		return err
	}
	conf, err := agent.LoadConfig(path)
	if err != nil {
		return err
	}
	if conf.Agent.ID == 0 {
		return fmt.Errorf("%s: agent.id: expected a registered agent, got 0: `aitbc agent publish --config %s` registers it", path, quoted(path))
	}
	keys, err := conf.LoadMessagingKeys()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	runner, err := conf.NewExecutor()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := os.MkdirAll(conf.DataDir, 0o700); err != nil {
		return fmt.Errorf("%s: data_dir: %w", path, err)
	}
	node, err := openAgentChain(cmd, conf)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	defer node.close()
	worker, err := agent.New(conf, agent.Deps{
		Chain: node, Signer: node.signer.address, Executor: runner, Keys: keys,
		Log: logger(cmd), Version: version.Version,
	})
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	// The first signal asks the worker to end; the next one ends the program.
	stop := context.AfterFunc(cmd.Context(), func() { signal.Reset(os.Interrupt, syscall.SIGTERM) })
	defer stop()
	if err := worker.Run(cmd.Context()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func logger(cmd *cobra.Command) *slog.Logger {
	if outputOf(cmd) == outputJSON {
		return slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), nil))
	}
	return slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
}
