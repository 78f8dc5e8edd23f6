package keeper_test

import (
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
	if want := types.DefaultParams(); params.Params.String() != want.String() {
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
		f.register(owner, 0)
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
	for range 101 {
		_, err := f.msgs.RegisterAgent(f.ctx, &types.MsgRegisterAgent{Owner: alice.String(), Operator: bob.String(), Profile: newProfile(t)})
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
