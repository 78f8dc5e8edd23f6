package keeper_test

import (
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/aitbc/aitbc/x/escrow/keeper"
	"github.com/aitbc/aitbc/x/escrow/types"
)

func TestQueryServer(t *testing.T) {
	f := busy(t)
	q := keeper.NewQueryServer(f.keeper)

	params, err := q.Params(f.ctx, &types.QueryParamsRequest{})
	if err != nil || params.Params.FeeBurnBps != 1_234 {
		t.Errorf("params: got %v (%v)", params, err)
	}
	lock, err := q.Lock(f.ctx, &types.QueryLockRequest{Owner: "jobmarket", Reference: "6A6F622031"})
	if err != nil || lock.Lock.Payer != alice.String() || !lock.Lock.Coins.Equal(uait(900)) || lock.Lock.Terms.FeeBps != 250 {
		t.Errorf("lock: got %v (%v)", lock, err)
	}
	vault, err := q.Vault(f.ctx, &types.QueryVaultRequest{Payer: alice.String()})
	if err != nil || vault.Address != types.VaultAddress(alice).String() || !vault.Balance.Equal(uait(900+98+500)) {
		t.Errorf("vault: got %v (%v)", vault, err)
	}
	empty, err := q.Vault(f.ctx, &types.QueryVaultRequest{Payer: dave.String()})
	if err != nil || !empty.Balance.IsZero() {
		t.Errorf("empty vault: got %v (%v)", empty, err)
	}
}

func TestQueryServer_Locks(t *testing.T) {
	f := busy(t)
	q := keeper.NewQueryServer(f.keeper)
	list := func(owner string, page *query.PageRequest) ([]string, *query.PageResponse) {
		t.Helper()
		res, err := q.Locks(f.ctx, &types.QueryLocksRequest{Owner: owner, Pagination: page})
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		for _, e := range res.Locks {
			keys = append(keys, e.Owner+"/"+e.Reference)
		}
		return keys, res.Pagination
	}
	all := []string{"agentregistry/6a6f622031", "jobmarket/6a6f622031", "jobmarket/ff"}
	keys, _ := list("", nil)
	expectList(t, all, keys)
	keys, _ = list("jobmarket", nil)
	expectList(t, all[1:], keys)
	keys, _ = list("job", nil)
	expectList(t, nil, keys)

	keys, page := list("jobmarket", &query.PageRequest{Limit: 1})
	expectList(t, all[1:2], keys)
	keys, page = list("jobmarket", &query.PageRequest{Limit: 1, Key: page.NextKey})
	expectList(t, all[2:], keys)
	if page.NextKey != nil {
		t.Errorf("expected the last page, got a next key %x", page.NextKey)
	}
}

func TestQueryServer_Claimables(t *testing.T) {
	f := busy(t)
	q := keeper.NewQueryServer(f.keeper)
	list := func(payee string, page *query.PageRequest) []string {
		t.Helper()
		res, err := q.Claimables(f.ctx, &types.QueryClaimablesRequest{Payee: payee, Pagination: page})
		if err != nil {
			t.Fatal(err)
		}
		var amounts []string
		for _, c := range res.Claimables {
			amounts = append(amounts, c.Coins.String())
		}
		return amounts
	}
	expectList(t, []string{"1uait", "2uait", "3uait", "98uait"}, list("", nil))
	expectList(t, []string{"1uait", "2uait", "3uait"}, list(frozen.String(), nil))
	expectList(t, []string{"3uait"}, list(frozen.String(), &query.PageRequest{Limit: 1, Reverse: true}))
	expectList(t, nil, list(alice.String(), nil))
}

func TestQueryServer_Refusals(t *testing.T) {
	f := busy(t)
	q := keeper.NewQueryServer(f.keeper)
	both := &query.PageRequest{Offset: 1, Key: []byte{1}}
	for name, tc := range map[string]struct {
		call func() error
		code codes.Code
	}{
		"params: empty":         {func() error { _, err := q.Params(f.ctx, nil); return err }, codes.InvalidArgument},
		"lock: empty":           {func() error { _, err := q.Lock(f.ctx, nil); return err }, codes.InvalidArgument},
		"locks: empty":          {func() error { _, err := q.Locks(f.ctx, nil); return err }, codes.InvalidArgument},
		"vault: empty":          {func() error { _, err := q.Vault(f.ctx, nil); return err }, codes.InvalidArgument},
		"claimables: empty":     {func() error { _, err := q.Claimables(f.ctx, nil); return err }, codes.InvalidArgument},
		"lock: none":            {lockOf(f, q, "jobmarket", "00"), codes.NotFound},
		"lock: another owner's": {lockOf(f, q, "agentregistry", "ff"), codes.NotFound},
		"lock: no owner":        {lockOf(f, q, "", "ff"), codes.InvalidArgument},
		"lock: no hexadecimal":  {lockOf(f, q, "jobmarket", "job 1"), codes.InvalidArgument},
		"lock: too long":        {lockOf(f, q, "jobmarket", string(make([]byte, 130))), codes.InvalidArgument},
		"locks: owner":          {func() error { _, err := q.Locks(f.ctx, &types.QueryLocksRequest{Owner: "a\x00"}); return err }, codes.InvalidArgument},
		"locks: pagination":     {func() error { _, err := q.Locks(f.ctx, &types.QueryLocksRequest{Pagination: both}); return err }, codes.InvalidArgument},
		"vault: payer":          {func() error { _, err := q.Vault(f.ctx, &types.QueryVaultRequest{Payer: "x"}); return err }, codes.InvalidArgument},
		"claimables: payee":     {func() error { _, err := q.Claimables(f.ctx, &types.QueryClaimablesRequest{Payee: "x"}); return err }, codes.InvalidArgument},
		"claimables: pagination": {func() error {
			_, err := q.Claimables(f.ctx, &types.QueryClaimablesRequest{Pagination: both})
			return err
		}, codes.InvalidArgument},
	} {
		if err := tc.call(); status.Code(err) != tc.code {
			t.Errorf("%s: expected %s, got %v", name, tc.code, err)
		}
	}
}

func lockOf(f *fixture, q types.QueryServer, owner, reference string) func() error {
	return func() error {
		_, err := q.Lock(f.ctx, &types.QueryLockRequest{Owner: owner, Reference: reference})
		return err
	}
}

func expectList(t *testing.T, want, got []string) {
	t.Helper()
	if len(want) != len(got) {
		t.Errorf("expected %v, got %v", want, got)
		return
	}
	for i := range want {
		if want[i] != got[i] {
			t.Errorf("expected %v, got %v", want, got)
			return
		}
	}
}
