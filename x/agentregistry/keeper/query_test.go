package keeper_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

func expectCode(t *testing.T, err error, want codes.Code, text string) {
	t.Helper()
	if status.Code(err) != want || (err != nil && !strings.Contains(err.Error(), text)) {
		t.Errorf("expected %s with %q, got %v", want, text, err)
	}
}

func TestQueryServer_Agent(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, minBond+10)
	f.must(f.unbond(alice, id, 3))
	f.ledger.Fail(alice)
	f.endBlock(unbonding) // parks it
	f.must(f.unbond(alice, id, 4))
	res, err := f.queries.Agent(f.ctx, &types.QueryAgentRequest{AgentId: id})
	must(t, err)
	if want := f.record(id); res.Agent.String() != want.String() {
		t.Errorf("expected %v, got %v", want, res.Agent)
	}
	want := fmt.Sprint([]types.Unbonding{
		{AgentId: id, CompletesAt: f.now(), Amount: uait(3).Amount}, {AgentId: id, CompletesAt: f.now() + unbonding, Amount: uait(4).Amount},
	})
	if got := fmt.Sprint(res.Unbondings); got != want {
		t.Errorf("expected %s, got %s", want, got)
	}
	_, err = f.queries.Agent(f.ctx, &types.QueryAgentRequest{AgentId: 2})
	expectCode(t, err, codes.NotFound, "got 2")

	params, err := f.queries.Params(f.ctx, &types.QueryParamsRequest{})
	must(t, err)
	if want := patient(); params.Params.String() != want.String() {
		t.Errorf("expected %v, got %v", want, params.Params)
	}
}

// lister asks for one page of one list and returns the ids on it.
type lister func(p *query.PageRequest) ([]uint64, *query.PageResponse, error)

func (f *fixture) listers() map[string]lister {
	ids := func(list []types.AgentRecord) []uint64 {
		var found []uint64
		for _, r := range list {
			found = append(found, r.Agent.Id)
		}
		return found
	}
	return map[string]lister{
		"all": func(p *query.PageRequest) ([]uint64, *query.PageResponse, error) {
			res, err := f.queries.Agents(f.ctx, &types.QueryAgentsRequest{Pagination: p})
			return ids(res.GetAgents()), res.GetPagination(), err
		},
		"owner": func(p *query.PageRequest) ([]uint64, *query.PageResponse, error) {
			res, err := f.queries.AgentsByOwner(f.ctx, &types.QueryAgentsByOwnerRequest{Owner: alice.String(), Pagination: p})
			return ids(res.GetAgents()), res.GetPagination(), err
		},
		"operator": func(p *query.PageRequest) ([]uint64, *query.PageResponse, error) {
			res, err := f.queries.AgentsByOperator(f.ctx, &types.QueryAgentsByOperatorRequest{Operator: bob.String(), Pagination: p})
			return ids(res.GetAgents()), res.GetPagination(), err
		},
		"skill": func(p *query.PageRequest) ([]uint64, *query.PageResponse, error) {
			res, err := f.queries.AgentsBySkill(f.ctx, &types.QueryAgentsBySkillRequest{Skill: "text.summarize", Pagination: p})
			return ids(res.GetAgents()), res.GetPagination(), err
		},
	}
}

func TestQueryServer_Lists(t *testing.T) {
	f := newFixture(t)
	for _, owner := range []sdk.AccAddress{alice, bob, alice, carol, alice} {
		f.register(owner, minBond)
	}
	f.must(f.setOperator(alice, 5, bob))
	f.must(f.retire(alice, 3))
	f.must(f.retire(bob, 2))
	profile := newProfile(t)
	profile.Skills = profile.Skills[1:]
	f.must(f.update(carol, 4, profile))

	want := map[string][]uint64{"all": {1, 2, 3, 4, 5}, "owner": {1, 3, 5}, "operator": {2, 5}, "skill": {1, 5}}
	for name, list := range f.listers() {
		t.Run(name, func(t *testing.T) {
			whole, res, err := list(nil)
			must(t, err)
			if fmt.Sprint(whole) != fmt.Sprint(want[name]) || res.NextKey != nil {
				t.Fatalf("expected %v and no more, got %v, %v", want[name], whole, res)
			}
			var pages, back []uint64
			for key := []byte(nil); ; {
				page, res, err := list(&query.PageRequest{Key: key, Limit: 1})
				must(t, err)
				if len(page) != 1 {
					t.Fatalf("expected one agent on a page, got %v", page)
				}
				pages = append(pages, page...)
				if key = res.NextKey; key == nil {
					break
				}
			}
			if fmt.Sprint(pages) != fmt.Sprint(whole) {
				t.Errorf("expected the pages to have %v, got %v", whole, pages)
			}
			back, _, err = list(&query.PageRequest{Reverse: true})
			must(t, err)
			for i := range back {
				if back[i] != whole[len(whole)-1-i] {
					t.Errorf("expected %v backwards, got %v", whole, back)
				}
			}
			_, _, err = list(&query.PageRequest{Offset: 1})
			expectCode(t, err, codes.InvalidArgument, "pagination:")
			_, _, err = list(&query.PageRequest{CountTotal: true})
			expectCode(t, err, codes.InvalidArgument, "pagination:")
		})
	}
}

// However much is asked for, a page has at most 100 entries.
func TestQueryServer_Lists_AreBounded(t *testing.T) {
	f := newFixture(t)
	for i := range uint64(101) {
		terms := types.ConsentTerms{
			ChainID: chainID, Owner: alice.String(), Operator: bob.String(), Deadline: f.now() + 1 + i,
		}
		_, err := f.msgs.RegisterAgent(f.ctx, &types.MsgRegisterAgent{
			Owner: alice.String(), Operator: bob.String(), Profile: newProfile(t), Consent: f.consent(bob, terms),
		})
		must(t, err)
	}
	must(t, f.bond(alice, 1, minBond)(f.ctx))
	for i := range 101 {
		must(t, f.reserve(1, fmt.Sprint("job", i), 1)(f.ctx))
	}
	listers := f.listers()
	listers["reservations"] = func(p *query.PageRequest) ([]uint64, *query.PageResponse, error) {
		res, err := f.queries.Reservations(f.ctx, &types.QueryReservationsRequest{AgentId: 1, Pagination: p})
		return make([]uint64, len(res.GetReservations())), res.GetPagination(), err
	}
	for name, list := range listers {
		for _, limit := range []uint64{0, 101, 1 << 63} {
			page, res, err := list(&query.PageRequest{Limit: limit})
			must(t, err)
			if len(page) != 100 || res.NextKey == nil {
				t.Errorf("%s with limit %d: expected 100 and a next key, got %d, %v", name, limit, len(page), res)
			}
			rest, _, err := list(&query.PageRequest{Key: res.NextKey, Limit: limit})
			must(t, err)
			if len(rest) != 1 {
				t.Errorf("%s with limit %d: expected one more, got %d", name, limit, len(rest))
			}
		}
	}
}

func TestQueryServer_Reservations(t *testing.T) {
	f := newFixture(t)
	one, two := f.register(alice, minBond), f.register(alice, minBond)
	f.must(f.reserve(one, "a", 5))
	f.must(f.reserve(two, "b", 6))
	f.must(func(ctx sdk.Context) error {
		return f.keeper.Scoped("auction").Reserve(ctx, one, []byte("z"), uait(0), 0)
	})
	res, err := f.queries.Reservations(f.ctx, &types.QueryReservationsRequest{AgentId: one})
	must(t, err)
	want := fmt.Sprint([]types.Reservation{
		{AgentId: one, Holder: "auction", Reference: []byte("z"), Amount: uait(0).Amount},
		{AgentId: one, Holder: "jobmarket", Reference: []byte("a"), Amount: uait(5).Amount},
	})
	if got := fmt.Sprint(res.Reservations); got != want {
		t.Errorf("expected %s, got %s", want, got)
	}
}

func TestQueryServer_Refuses(t *testing.T) {
	f := newFixture(t)
	q := f.queries
	empty := map[string]func() error{
		"params":       func() error { _, err := q.Params(f.ctx, nil); return err },
		"agent":        func() error { _, err := q.Agent(f.ctx, nil); return err },
		"agents":       func() error { _, err := q.Agents(f.ctx, nil); return err },
		"by owner":     func() error { _, err := q.AgentsByOwner(f.ctx, nil); return err },
		"by operator":  func() error { _, err := q.AgentsByOperator(f.ctx, nil); return err },
		"by skill":     func() error { _, err := q.AgentsBySkill(f.ctx, nil); return err },
		"reservations": func() error { _, err := q.Reservations(f.ctx, nil); return err },
	}
	for name, ask := range empty {
		t.Run(name, func(t *testing.T) { expectCode(t, ask(), codes.InvalidArgument, "empty request") })
	}
	_, err := q.AgentsByOwner(f.ctx, &types.QueryAgentsByOwnerRequest{Owner: "x"})
	expectCode(t, err, codes.InvalidArgument, "owner:")
	_, err = q.AgentsByOperator(f.ctx, &types.QueryAgentsByOperatorRequest{})
	expectCode(t, err, codes.InvalidArgument, "operator:")
	_, err = q.AgentsBySkill(f.ctx, &types.QueryAgentsBySkillRequest{Skill: "nul.\x00"})
	expectCode(t, err, codes.InvalidArgument, "skill:")
	_, err = q.Reservations(f.ctx, &types.QueryReservationsRequest{AgentId: 1})
	expectCode(t, err, codes.NotFound, "agent_id:")
}

// What others say about an agent, by issuer and type, expired and revoked ones too.
func TestQueryServer_Attestations(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, minBond)
	other := f.register(alice, minBond)
	f.must(f.attest(bob, id, types.ATTESTATION_TYPE_DNS))
	f.must(f.attest(bob, other, types.ATTESTATION_TYPE_DNS))
	f.must(f.attest(bob, id, types.ATTESTATION_TYPE_CAPABILITY))
	f.must(f.attest(carol, id, types.ATTESTATION_TYPE_DID))
	f.must(f.revoke(carol, id, types.ATTESTATION_TYPE_DID))
	f.endBlock(100)
	list := func(p *query.PageRequest) []types.Attestation {
		t.Helper()
		res, err := f.queries.Attestations(f.ctx, &types.QueryAttestationsRequest{AgentId: id, Pagination: p})
		must(t, err)
		if p != nil && res.Pagination.NextKey != nil {
			more, err := f.queries.Attestations(f.ctx, &types.QueryAttestationsRequest{
				AgentId: id, Pagination: &query.PageRequest{Key: res.Pagination.NextKey},
			})
			must(t, err)
			return append(res.Attestations, more.Attestations...)
		}
		return res.Attestations
	}
	all := list(nil)
	if len(all) != 3 || fmt.Sprint(all) != fmt.Sprint(list(&query.PageRequest{Limit: 1})) {
		t.Fatalf("expected three attestations on one page or two, got %v", all)
	}
	revoked := 0
	for _, a := range all {
		if a.AgentId != id || a.ExpiresAt != a.IssuedAt+1 {
			t.Errorf("expected what was said about agent %d, got %v", id, a)
		}
		if a.Revoked {
			revoked++
		}
	}
	if revoked != 1 {
		t.Errorf("expected one revoked, got %d", revoked)
	}
	_, err := f.queries.Attestations(f.ctx, &types.QueryAttestationsRequest{AgentId: 9})
	expectCode(t, err, codes.NotFound, "got 9")
}

func TestQueryServer_Documents(t *testing.T) {
	f := newFixture(t)
	id := f.register(alice, minBond)
	record := f.record(id)
	card, err := f.queries.AgentCard(f.ctx, &types.QueryAgentCardRequest{AgentId: id})
	must(t, err)
	if want, err := record.AgentCard(chainID); err != nil || card.AgentCard != want {
		t.Errorf("expected %s, got %s (%v)", want, card.AgentCard, err)
	}
	file, err := f.queries.Erc8004(f.ctx, &types.QueryErc8004Request{AgentId: id})
	must(t, err)
	if want, err := record.Erc8004(chainID); err != nil || file.Registration != want {
		t.Errorf("expected %s, got %s (%v)", want, file.Registration, err)
	}
	_, err = f.queries.AgentCard(f.ctx, &types.QueryAgentCardRequest{AgentId: 9})
	expectCode(t, err, codes.NotFound, "got 9")
	_, err = f.queries.Erc8004(f.ctx, &types.QueryErc8004Request{})
	expectCode(t, err, codes.NotFound, "got 0")
}

// Nothing asked, and keys that no page gave: an answer or InvalidArgument, never more.
func TestQueryServer_OddRequests(t *testing.T) {
	f := newFixture(t)
	for range 3 {
		f.register(alice, minBond)
	}
	f.must(f.attest(bob, 1, types.ATTESTATION_TYPE_DNS))
	f.must(f.reserve(1, "a", 1))
	for name, ask := range map[string]func() error{
		"params":       func() error { _, err := f.queries.Params(f.ctx, nil); return err },
		"agent":        func() error { _, err := f.queries.Agent(f.ctx, nil); return err },
		"agents":       func() error { _, err := f.queries.Agents(f.ctx, nil); return err },
		"owner":        func() error { _, err := f.queries.AgentsByOwner(f.ctx, nil); return err },
		"operator":     func() error { _, err := f.queries.AgentsByOperator(f.ctx, nil); return err },
		"skill":        func() error { _, err := f.queries.AgentsBySkill(f.ctx, nil); return err },
		"reservations": func() error { _, err := f.queries.Reservations(f.ctx, nil); return err },
		"attestations": func() error { _, err := f.queries.Attestations(f.ctx, nil); return err },
		"card":         func() error { _, err := f.queries.AgentCard(f.ctx, nil); return err },
		"erc8004":      func() error { _, err := f.queries.Erc8004(f.ctx, nil); return err },
	} {
		t.Run(name, func(t *testing.T) { expectCode(t, ask(), codes.InvalidArgument, "empty") })
	}
	listers := f.listers()
	listers["reservations"] = func(p *query.PageRequest) ([]uint64, *query.PageResponse, error) {
		res, err := f.queries.Reservations(f.ctx, &types.QueryReservationsRequest{AgentId: 1, Pagination: p})
		return make([]uint64, len(res.GetReservations())), res.GetPagination(), err
	}
	listers["attestations"] = func(p *query.PageRequest) ([]uint64, *query.PageResponse, error) {
		res, err := f.queries.Attestations(f.ctx, &types.QueryAttestationsRequest{AgentId: 1, Pagination: p})
		return make([]uint64, len(res.GetAttestations())), res.GetPagination(), err
	}
	for name, list := range listers {
		for _, key := range [][]byte{{0}, {255}, make([]byte, 7), make([]byte, 9), bytes.Repeat([]byte{255}, 8), bytes.Repeat([]byte{255}, 300), []byte("' OR 1=1 --")} {
			for _, reverse := range []bool{false, true} {
				if _, _, err := list(&query.PageRequest{Key: key, Reverse: reverse}); err != nil && status.Code(err) != codes.InvalidArgument {
					t.Errorf("%s: key %X: expected an answer or %s, got %v", name, key, codes.InvalidArgument, err)
				}
			}
		}
	}
	for _, skill := range []string{"", "'; DROP TABLE agents; --", "text.\x00", "text.sum%", "text.\u200b", strings.Repeat("a.", 40)} {
		_, err := f.queries.AgentsBySkill(f.ctx, &types.QueryAgentsBySkillRequest{Skill: skill})
		expectCode(t, err, codes.InvalidArgument, "skill:")
	}
}
