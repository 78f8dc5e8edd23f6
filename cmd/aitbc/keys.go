package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	sdkclient "github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/client/keys"

	"github.com/aitbc/aitbc/app"
	"github.com/aitbc/aitbc/internal/localnet"
)

// newKeysCommand is the SDK's, on the keyring of the flags that all commands have.
func newKeysCommand() *cobra.Command {
	cmd := keys.Commands()
	cmd.Short = "Make, list, export and delete your keys"
	cmd.Long = `Make, list, export and delete your keys.

They are kept in --home, in the way of --keyring-backend:

  os     the credentials store of the operating system
  file   files with a password
  test   files without: for networks where nothing is worth stealing

A key is no more than its 24 words: write them down when it is made. On a localnet
(--localnet), these are the keys of its users.`
	cmd.Example = "  aitbc keys add alice\n  aitbc keys list --localnet"
	cmd.RunE = group(cmd.Use, cmd.Short, "").RunE
	// The root's --output is the same, with its shorthand.
	cmd.ResetFlags()
	f := cmd.PersistentFlags()
	f.String(flagHome, app.DefaultNodeHome, "directory of your keys")
	f.String(flagKeyringBackend, flags.DefaultKeyringBackend, "where keys are kept: os, file, test (no password), kwallet, pass")
	f.String(flagLocalnet, "", "use the keys of the localnet in --localnet=DIR")
	f.Lookup(flagLocalnet).NoOptDefVal = localnet.DefaultHome()
	for _, c := range cmd.Commands() {
		withKeyring(c)
	}
	return cmd
}

// withKeyring gives a command of the SDK the keyring of our flags.
func withKeyring(cmd *cobra.Command) {
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		p, err := findKeys(cmd.Flags())
		if err != nil {
			return err
		}
		enc, err := localnet.Encoding()
		if err != nil {
			return err
		}
		keyring, err := p.openKeys(cmd, enc)
		if err != nil {
			return err
		}
		ctx := sdkclient.Context{}.
			WithCodec(enc.Codec).
			WithInput(cmd.InOrStdin()).
			WithOutput(cmd.OutOrStdout()).
			WithOutputFormat(outputOf(cmd)).
			WithHomeDir(p.home).
			WithKeyringDir(p.keyDir).
			WithKeyring(keyring)
		if err := sdkclient.SetCmdClientContextHandler(ctx, cmd); err != nil {
			return err
		}
		return run(cmd, args)
	}
}

// findKeys is findPlace without a node.
func findKeys(f *pflag.FlagSet) (place, error) {
	if err := flagsFromEnvironment(f); err != nil {
		return place{}, err
	}
	p, err := homePlace(f)
	if err != nil {
		return place{}, err
	}
	if net, _ := f.GetString(flagLocalnet); net != "" {
		return onLocalnet(f, p, net)
	}
	return p, nil
}
