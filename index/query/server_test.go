package query_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/aitbc/aitbc/index/indexv1"
	"github.com/aitbc/aitbc/index/query"
)

// questions are one of each that has an answer in a filled world.
func questions(s indexv1.QueryServer) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"SearchAgents": func(ctx context.Context) error {
			_, err := s.SearchAgents(ctx, &indexv1.QuerySearchAgentsRequest{})
			return err
		},
		"MatchAgents": func(ctx context.Context) error {
			_, err := s.MatchAgents(ctx, &indexv1.QueryMatchAgentsRequest{Requirement: requirement()})
			return err
		},
		"MatchJobs": func(ctx context.Context) error {
			_, err := s.MatchJobs(ctx, &indexv1.QueryMatchJobsRequest{AgentId: 1})
			return err
		},
		"AgentStats": func(ctx context.Context) error {
			_, err := s.AgentStats(ctx, &indexv1.QueryAgentStatsRequest{AgentId: 1})
			return err
		},
		"Timeline": func(ctx context.Context) error {
			_, err := s.Timeline(ctx, &indexv1.QueryTimelineRequest{AgentId: 1})
			return err
		},
		"Jobs": func(ctx context.Context) error {
			_, err := s.Jobs(ctx, &indexv1.QueryJobsRequest{})
			return err
		},
		"MarketStats": func(ctx context.Context) error {
			_, err := s.MarketStats(ctx, &indexv1.QueryMarketStatsRequest{Skill: "a.b"})
			return err
		},
		"Leaderboard": func(ctx context.Context) error {
			_, err := s.Leaderboard(ctx, &indexv1.QueryLeaderboardRequest{Skill: "a.b"})
			return err
		},
	}
}

func TestOff(t *testing.T) {
	s := query.NewServer(query.Off())
	const advice = "the read model of this node is off; enable [index] in app.toml or ask another node"
	for name, ask := range questions(s) {
		if err := ask(context.Background()); status.Code(err) != codes.Unavailable || status.Convert(err).Message() != advice {
			t.Errorf("%s: expected advice, got %v", name, err)
		}
	}
	res, err := s.Status(context.Background(), &indexv1.QueryStatusRequest{})
	if must(t, res, err); res.State != query.StateOff || res.Detail != advice || res.Head != (indexv1.Head{}) {
		t.Errorf("unexpected status %+v", res)
	}
}

func TestNotReady(t *testing.T) {
	w := newSQLite(t)
	w.closed = errors.New("the read model of this node is being built: height 5 of 9")
	for name, ask := range questions(w.server) {
		if err := ask(context.Background()); status.Code(err) != codes.Unavailable || status.Convert(err).Message() != w.closed.Error() {
			t.Errorf("%s: expected the state, got %v", name, err)
		}
	}
	res, err := w.server.Status(context.Background(), &indexv1.QueryStatusRequest{})
	if must(t, res, err); res.Detail != w.closed.Error() {
		t.Errorf("unexpected status %+v", res)
	}
}

func TestStatus(t *testing.T) {
	everywhere(t, func(w *world) {
		res, err := w.server.Status(context.Background(), &indexv1.QueryStatusRequest{})
		want := indexv1.QueryStatusResponse{
			Head: indexv1.Head{Height: height, Time: now}, ChainId: "test-1", HistoryFrom: 17, State: query.StateReady,
		}
		if must(w.t, res, err); *res != want {
			w.t.Errorf("expected %+v, got %+v", want, *res)
		}
	})
}

// What the database can't do is told without its own words, and reported to the node.
func TestBrokenDatabase(t *testing.T) {
	for name, hurt := range map[string]func(*world){
		"closed":        func(w *world) { _ = w.db.Close() },
		"no tables":     func(w *world) { w.exec(`DROP TABLE meta`) },
		"odd meta":      func(w *world) { w.exec(`UPDATE meta SET value = 'x' WHERE key = 'height'`) },
		"negative bond": func(w *world) { w.exec(`UPDATE agents SET height = -1`) },
	} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, func(w *world) {
				w.agent(agent{id: 1})
				hurt(w)
				err := questions(w.server)["SearchAgents"](context.Background())
				expectError(w.t, err, codes.Unavailable, "the database of this node's read model can't be read now")
				if len(w.reported) != 1 {
					w.t.Errorf("expected one report, got %v", w.reported)
				}
			})
		})
	}
	w := newSQLite(t)
	_ = w.db.Close()
	res, err := w.server.Status(context.Background(), &indexv1.QueryStatusRequest{})
	if must(t, res, err); res.State != query.StateFailed || res.Detail == "" {
		t.Errorf("unexpected status %+v", res)
	}
}

// Who goes away is not waited for, and is no fault of the database.
func TestCancelled(t *testing.T) {
	w := newSQLite(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for name, ask := range questions(w.server) {
		if err := ask(ctx); status.Code(err) != codes.Canceled {
			t.Errorf("%s: expected Canceled, got %v", name, err)
		}
	}
	if len(w.reported) != 0 {
		t.Errorf("expected no report, got %v", w.reported)
	}
}

// What takes too long is ended, and is no fault of the database either.
func TestTooLong(t *testing.T) {
	everywhere(t, func(w *world) {
		for _, ask := range questions(query.NewHastyServer(w, time.Nanosecond)) {
			expectError(w.t, ask(context.Background()), codes.ResourceExhausted, "the answer would take longer than 1ns; ask for something narrower")
		}
		if len(w.reported) != 0 {
			w.t.Errorf("expected no report, got %v", w.reported)
		}
	})
}

func TestEmptyRequests(t *testing.T) {
	s, ctx := query.NewServer(query.Off()), context.Background()
	for name, ask := range map[string]func() error{
		"Status":       func() error { _, err := s.Status(ctx, nil); return err },
		"SearchAgents": func() error { _, err := s.SearchAgents(ctx, nil); return err },
		"MatchAgents":  func() error { _, err := s.MatchAgents(ctx, nil); return err },
		"MatchJobs":    func() error { _, err := s.MatchJobs(ctx, nil); return err },
		"AgentStats":   func() error { _, err := s.AgentStats(ctx, nil); return err },
		"Timeline":     func() error { _, err := s.Timeline(ctx, nil); return err },
		"Jobs":         func() error { _, err := s.Jobs(ctx, nil); return err },
		"MarketStats":  func() error { _, err := s.MarketStats(ctx, nil); return err },
		"Leaderboard":  func() error { _, err := s.Leaderboard(ctx, nil); return err },
	} {
		if err := ask(); status.Code(err) != codes.InvalidArgument {
			t.Errorf("%s: expected InvalidArgument, got %v", name, err)
		}
	}
}
