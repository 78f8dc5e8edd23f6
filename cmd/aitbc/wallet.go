package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	sdkmath "cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/aitbc/aitbc/client"
	"github.com/aitbc/aitbc/client/hire"
	"github.com/aitbc/aitbc/types"
	escrowtypes "github.com/aitbc/aitbc/x/escrow/types"
)

const flagTo = "to"

func newWalletCommand() *cobra.Command {
	cmd := group("wallet", "Show what your accounts hold, and claim what is owed",
		"Show what your accounts hold, and claim what is owed."+chainHelp)
	addChainFlags(cmd)
	cmd.AddCommand(newBalanceCommand(), newClaimCommand())
	return cmd
}

// walletAccount is one account in JSON.
type walletAccount struct {
	Name      string `json:"name,omitempty"`
	Address   string `json:"address"`
	Spendable amount `json:"spendable"`
	// Locked is in escrow: for jobs, and as bonds of agents.
	Locked amount `json:"locked"`
	// Claimable could not be delivered and waits in escrow.
	Claimable amount `json:"claimable"`
}

type balanceResult struct {
	ChainID  string          `json:"chain_id"`
	Accounts []walletAccount `json:"accounts"`
}

func newBalanceCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "balance [NAME|ADDRESS]",
		Short: "Show what an account holds, or those of all your keys",
		Long: `Show what an account holds, or those of all your keys:

  spendable   can be sent and paid with
  locked      rests in escrow, for jobs under way and as the bonds of agents
  claimable   was paid to it and could not be delivered: aitbc wallet claim`,
		Example: "  aitbc wallet balance\n  aitbc wallet balance alice\n  aitbc wallet balance ait1... --output json",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return arguments("[NAME|ADDRESS]")(cmd, args)
		},
		RunE: runBalance,
	}
}

func runBalance(cmd *cobra.Command, args []string) error {
	c, err := openChain(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	var wanted []signer
	if len(args) == 1 {
		one, err := c.lookUp(args[0])
		if err != nil {
			return fmt.Errorf("account: %w", err)
		}
		wanted = []signer{one}
	} else if wanted, err = c.signers(); err != nil {
		return err
	}
	if len(wanted) == 0 {
		return fmt.Errorf("account: there is no key in %s: `aitbc keys add NAME` makes one, or name an address", c.keyDir)
	}
	result := balanceResult{ChainID: c.chainID}
	rows := [][]string{{"NAME", "ADDRESS", "SPENDABLE", "LOCKED", "CLAIMABLE"}}
	for _, s := range wanted {
		h, err := c.holdings(cmd.Context(), s.address)
		if err != nil {
			return err
		}
		result.Accounts = append(result.Accounts, walletAccount{
			Name: s.name, Address: s.address,
			Spendable: amountOf(h.spendable), Locked: amountOf(h.locked), Claimable: amountOf(h.claimable),
		})
		rows = append(rows, []string{
			s.name, s.address, types.FormatExactAIT(h.spendable), types.FormatExactAIT(h.locked), types.FormatExactAIT(h.claimable),
		})
	}
	return printResult(cmd, result, func(w io.Writer) error {
		return errors.Join(line(w, "chain %s, amounts in %s", c.chainID, types.DisplayDenom), line(w, ""), table(w, rows))
	})
}

// holdings are what an account has, in uait.
type holdings struct{ spendable, locked, claimable sdkmath.Int }

func (c *chain) holdings(ctx context.Context, address string) (holdings, error) {
	spendable, err := c.wallet(signer{address: address}).Balance(ctx)
	if err != nil {
		return holdings{}, fmt.Errorf("ask for the balance of %s: %w", address, err)
	}
	vault, err := escrowtypes.NewQueryClient(c.client.Conn()).Vault(ctx, &escrowtypes.QueryVaultRequest{Payer: address})
	if err != nil {
		return holdings{}, fmt.Errorf("ask for what %s has in escrow: %w", address, hire.PlainError(err))
	}
	claimable, err := c.claimable(ctx, address)
	return holdings{spendable: spendable, locked: uaitOf(vault.Balance), claimable: claimable}, err
}

// claimable adds up all claimables of a payee.
func (c *chain) claimable(ctx context.Context, payee string) (sdkmath.Int, error) {
	sum := sdkmath.ZeroInt()
	claimables, err := client.All(func(page *query.PageRequest) ([]escrowtypes.Claimable, *query.PageResponse, error) {
		res, err := escrowtypes.NewQueryClient(c.client.Conn()).Claimables(ctx,
			&escrowtypes.QueryClaimablesRequest{Payee: payee, Pagination: page})
		return res.GetClaimables(), res.GetPagination(), err
	})
	if err != nil {
		return sum, fmt.Errorf("ask for the claimables of %s: %w", payee, hire.PlainError(err))
	}
	for _, claimable := range claimables {
		sum = sum.Add(uaitOf(claimable.Coins))
	}
	return sum, nil
}

// claimResult is the JSON of `wallet claim`.
type claimResult struct {
	Payee     string  `json:"payee"`
	Recipient string  `json:"recipient"`
	Claimed   amount  `json:"claimed"`
	Left      amount  `json:"left"`
	Tx        *txView `json:"tx,omitempty"`
}

func newClaimCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "claim",
		Short: "Claim what was paid to you and could not be delivered",
		Long: `Claim what was paid to you and could not be delivered, to an address that can
receive it. One transaction claims up to a hundred payments.`,
		Example: "  aitbc wallet claim --from alice\n  aitbc wallet claim --from alice --to ait1...",
		Args:    arguments(),
		RunE:    runClaim,
	}
	cmd.Flags().String(flagTo, "", "where the coins go: a name or an address (default: to --from)")
	return cmd
}

func runClaim(cmd *cobra.Command, _ []string) error {
	c, err := openChain(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	payee, err := c.signer(cmd)
	if err != nil {
		return err
	}
	recipient := payee
	if to, _ := cmd.Flags().GetString(flagTo); to != "" {
		if recipient, err = c.lookUp(to); err != nil {
			return fmt.Errorf("--%s: %w", flagTo, err)
		}
	}
	owed, err := c.claimable(cmd.Context(), payee.address)
	if err != nil {
		return err
	}
	result := claimResult{Payee: payee.address, Recipient: recipient.address, Claimed: amountOf(sdkmath.ZeroInt()), Left: amountOf(owed)}
	if owed.IsZero() {
		return printResult(cmd, result, func(w io.Writer) error { return line(w, "nothing is owed to %s", payee.address) })
	}
	tx, err := c.send(cmd.Context(), payee, &escrowtypes.MsgClaim{Payee: payee.address, Recipient: recipient.address})
	if err != nil {
		return err
	}
	left, err := c.claimable(cmd.Context(), payee.address)
	if err != nil {
		return err
	}
	view := viewTx(tx)
	result.Claimed, result.Left, result.Tx = amountOf(owed.Sub(left)), amountOf(left), &view
	return printResult(cmd, result, func(w io.Writer) error {
		lines := line(w, "claimed %s for %s (%s)", ait(owed.Sub(left)), recipient.address, txText(tx))
		if left.IsPositive() {
			return errors.Join(lines, line(w, "%s are left: claim again", ait(left)))
		}
		return lines
	})
}
