package keeper_test

import (
	"fmt"
	"reflect"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/aitbc/aitbc/x/jobmarket/types"
)

func TestQueries(t *testing.T) {
	f := newFixture(t)
	f.publish()
	msg := post(oneAIT)
	msg.ClientRef = "order-1"
	if _, err := f.server.PostJob(f.ctx, msg); err != nil {
		t.Fatal(err)
	}
	other := f.hire(oneAIT)
	expect := func(what string, err error, want codes.Code) {
		t.Helper()
		if status.Code(err) != want {
			t.Errorf("%s: expected %s, got %v", what, want, err)
		}
	}
	_, err := f.query.Job(f.ctx, &types.QueryJobRequest{Client: client.String(), Sequence: 9})
	expect("unknown job", err, codes.NotFound)
	_, err = f.query.Job(f.ctx, &types.QueryJobRequest{Client: "ait1nonsense", Sequence: 1})
	expect("bad address", err, codes.InvalidArgument)
	_, err = f.query.Offer(f.ctx, &types.QueryOfferRequest{AgentId: agentID, OfferId: 9})
	expect("unknown offer", err, codes.NotFound)
	_, err = f.query.Receipt(f.ctx, &types.QueryReceiptRequest{Client: client.String(), Sequence: other})
	expect("receipt of a live job", err, codes.FailedPrecondition)
	_, err = f.query.JobByRef(f.ctx, &types.QueryJobByRefRequest{Client: client.String(), ClientRef: "nothing"})
	expect("unknown reference", err, codes.NotFound)

	byRef, err := f.query.JobByRef(f.ctx, &types.QueryJobByRefRequest{Client: client.String(), ClientRef: "order-1"})
	if err != nil || byRef.Record.Job.Sequence != 1 {
		t.Errorf("expected job 1, got %v, %v", byRef, err)
	}
	page, err := f.query.Jobs(f.ctx, &types.QueryJobsRequest{Client: client.String(), Pagination: &query.PageRequest{Limit: 1}})
	if err != nil || len(page.Jobs) != 1 || page.Pagination.NextKey == nil {
		t.Errorf("expected a page of one and a next key, got %v, %v", page, err)
	}
	if _, err := f.server.CancelMilestone(f.ctx, &types.MsgCancelMilestone{Client: client.String(), Sequence: 1, Milestone: 1}); err != nil {
		t.Fatal(err)
	}
	live, err := f.query.JobsByAgent(f.ctx, &types.QueryJobsByAgentRequest{AgentId: agentID})
	if err != nil || len(live.Jobs) != 1 || live.Jobs[0].Job.Sequence != other {
		t.Errorf("expected the live job only, got %v, %v", live, err)
	}
	receipt, err := f.query.Receipt(f.ctx, &types.QueryReceiptRequest{Client: client.String(), Sequence: 1})
	if err != nil {
		t.Fatal(err)
	}
	l := receipt.Receipt.Ledger
	got := fmt.Sprint(receipt.Receipt.Status, l.Funded, l.Released, l.Fees, l.Refunded, l.Slashed, l.Burned)
	if want := "JOB_STATUS_CANCELLED 1080000 195000 5000 880000 0 0"; got != want {
		t.Errorf("expected %s, got %s", want, got)
	}
	offers, err := f.query.Offers(f.ctx, &types.QueryOffersRequest{AgentId: agentID})
	if err != nil || len(offers.Offers) != 1 {
		t.Errorf("expected one offer, got %v, %v", offers, err)
	}
	params, err := f.query.Params(f.ctx, &types.QueryParamsRequest{})
	if err != nil || !reflect.DeepEqual(params.Params, types.DefaultParams()) {
		t.Errorf("expected the defaults, got %v, %v", params, err)
	}
}

// Questions that can't be answered say so, and none reads more than a page.
func TestQueries_Refusals(t *testing.T) {
	f := newFixture(t)
	offset, total := &query.PageRequest{Offset: 1, Limit: 1}, &query.PageRequest{CountTotal: true}
	me := client.String()
	for name, ask := range map[string]func() error{
		"params: nothing asked":        func() error { _, err := f.query.Params(f.ctx, nil); return err },
		"offer: nothing asked":         func() error { _, err := f.query.Offer(f.ctx, nil); return err },
		"offers: nothing asked":        func() error { _, err := f.query.Offers(f.ctx, nil); return err },
		"job: nothing asked":           func() error { _, err := f.query.Job(f.ctx, nil); return err },
		"job by ref: nothing asked":    func() error { _, err := f.query.JobByRef(f.ctx, nil); return err },
		"jobs: nothing asked":          func() error { _, err := f.query.Jobs(f.ctx, nil); return err },
		"jobs by agent: nothing asked": func() error { _, err := f.query.JobsByAgent(f.ctx, nil); return err },
		"receipt: nothing asked":       func() error { _, err := f.query.Receipt(f.ctx, nil); return err },
		"parked: nothing asked":        func() error { _, err := f.query.Parked(f.ctx, nil); return err },
		"offers: an offset": func() error {
			_, err := f.query.Offers(f.ctx, &types.QueryOffersRequest{AgentId: agentID, Pagination: offset})
			return err
		},
		"jobs: an offset": func() error {
			_, err := f.query.Jobs(f.ctx, &types.QueryJobsRequest{Client: me, Pagination: offset})
			return err
		},
		"jobs by agent: a total": func() error {
			_, err := f.query.JobsByAgent(f.ctx, &types.QueryJobsByAgentRequest{AgentId: agentID, Pagination: total})
			return err
		},
		"parked: a total": func() error {
			_, err := f.query.Parked(f.ctx, &types.QueryParkedRequest{Pagination: total})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := ask(); status.Code(err) != codes.InvalidArgument {
				t.Errorf("expected InvalidArgument, got %v", err)
			}
		})
	}
}
