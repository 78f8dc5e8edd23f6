package keeper_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/aitbc/aitbc/x/jobmarket/types"
)

func TestGenesisRoundTrip(t *testing.T) {
	f := newFixture(t)
	f.publish()
	ref := post(oneAIT, oneAIT)
	ref.ClientRef = "order-1"
	if _, err := f.server.PostJob(f.ctx, ref); err != nil {
		t.Fatal(err)
	}
	ended, submitted := f.hire(oneAIT), f.hire(oneAIT)
	if _, err := f.server.CancelMilestone(f.ctx, &types.MsgCancelMilestone{Client: client.String(), Sequence: ended, Milestone: 1}); err != nil {
		t.Fatal(err)
	}
	if err := f.submit(parties.Operator, submitted, 1); err != nil {
		t.Fatal(err)
	}
	f.books.fail = true
	f.endBlock(delivery * time.Second) // parks order-1
	f.books.fail = false

	exported, err := f.keeper.ExportGenesis(f.ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := exported.Validate(); err != nil {
		t.Fatal(err)
	}
	if len(exported.Parked) != 1 || len(exported.Jobs) != 3 {
		t.Fatalf("expected 3 jobs of which 1 is parked, got %d and %d", len(exported.Jobs), len(exported.Parked))
	}
	g := newFixture(t)
	if err := g.keeper.InitGenesis(g.ctx, *exported); !errors.Is(err, types.ErrInvariantBroken) {
		t.Errorf("expected jobs without money to be refused, got %v", err)
	}
	g = newFixture(t)
	g.books.copyFrom(f.books, f.ctx, g.ctx)
	if err := g.keeper.InitGenesis(g.ctx, *exported); err != nil {
		t.Fatal(err)
	}
	again, err := g.keeper.ExportGenesis(g.ctx)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(exported, again) {
		t.Errorf("expected\n%v\ngot\n%v", exported, again)
	}
}
