package query_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/grpc-ecosystem/grpc-gateway/runtime"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/aitbc/aitbc/index/indexv1"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// recorder keeps the last request, and refuses it.
type recorder struct {
	indexv1.UnimplementedQueryServer
	got proto.Message
}

func (r *recorder) keep(req proto.Message) error {
	r.got = req
	return status.Error(codes.NotFound, "kept")
}

func (r *recorder) SearchAgents(_ context.Context, req *indexv1.QuerySearchAgentsRequest) (*indexv1.QuerySearchAgentsResponse, error) {
	return nil, r.keep(req)
}

func (r *recorder) MatchAgents(_ context.Context, req *indexv1.QueryMatchAgentsRequest) (*indexv1.QueryMatchAgentsResponse, error) {
	return nil, r.keep(req)
}

func (r *recorder) MatchJobs(_ context.Context, req *indexv1.QueryMatchJobsRequest) (*indexv1.QueryMatchJobsResponse, error) {
	return nil, r.keep(req)
}

func (r *recorder) AgentStats(_ context.Context, req *indexv1.QueryAgentStatsRequest) (*indexv1.QueryAgentStatsResponse, error) {
	return nil, r.keep(req)
}

func (r *recorder) Timeline(_ context.Context, req *indexv1.QueryTimelineRequest) (*indexv1.QueryTimelineResponse, error) {
	return nil, r.keep(req)
}

func (r *recorder) Jobs(_ context.Context, req *indexv1.QueryJobsRequest) (*indexv1.QueryJobsResponse, error) {
	return nil, r.keep(req)
}

func (r *recorder) MarketStats(_ context.Context, req *indexv1.QueryMarketStatsRequest) (*indexv1.QueryMarketStatsResponse, error) {
	return nil, r.keep(req)
}

func (r *recorder) Leaderboard(_ context.Context, req *indexv1.QueryLeaderboardRequest) (*indexv1.QueryLeaderboardResponse, error) {
	return nil, r.keep(req)
}

// All of a question can be asked by REST, enums by their numbers.
func TestREST(t *testing.T) {
	kept := &recorder{}
	mux := runtime.NewServeMux()
	if err := indexv1.RegisterQueryHandlerServer(context.Background(), mux, kept); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]proto.Message{
		"agents?text=a%20b&skills_any=a.b&skills_any=c.d&tags=t&max_price=5&statuses=3&labels=region%3Deu&order=2&limit=3&cursor=x": &indexv1.QuerySearchAgentsRequest{
			Text: "a b", SkillsAny: []string{"a.b", "c.d"}, Tags: []string{"t"}, MaxPrice: 5, Labels: []string{"region=eu"},
			Statuses: []registrytypes.AgentStatus{registrytypes.AGENT_STATUS_PAUSED}, Order: indexv1.AGENT_ORDER_PRICE, Limit: 3, Cursor: "x",
		},
		"matches/agents?requirement.skill=a.b&requirement.cap=7&requirement.input_media_types=text/plain&requirement.preset=4&explain=true": &indexv1.QueryMatchAgentsRequest{
			Requirement: indexv1.Requirement{Skill: "a.b", Cap: 7, InputMediaTypes: []string{"text/plain"}, Preset: indexv1.PRESET_SAFEST}, Explain: true,
		},
		"matches/agents?client=ait1&sequence=3":        &indexv1.QueryMatchAgentsRequest{Client: "ait1", Sequence: 3},
		"agents/7/matches?preset=3":                    &indexv1.QueryMatchJobsRequest{AgentId: 7, Preset: indexv1.PRESET_FASTEST},
		"agents/7/stats":                               &indexv1.QueryAgentStatsRequest{AgentId: 7},
		"timeline?agent_id=7&limit=2":                  &indexv1.QueryTimelineRequest{AgentId: 7, Limit: 2},
		"jobs?skill=a.b&statuses=3":                    &indexv1.QueryJobsRequest{Skill: "a.b", Statuses: []jobmarkettypes.JobStatus{jobmarkettypes.JOB_STATUS_ACTIVE}},
		"skills/text.summarize/stats?window_seconds=9": &indexv1.QueryMarketStatsRequest{Skill: "text.summarize", WindowSeconds: 9},
		"skills/text.summarize/leaderboard":            &indexv1.QueryLeaderboardRequest{Skill: "text.summarize"},
	} {
		kept.got = nil
		answer := httptest.NewRecorder()
		mux.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/aitbc/index/v1/"+path, nil))
		if answer.Code != http.StatusNotFound || !reflect.DeepEqual(kept.got, want) {
			t.Errorf("%s: expected\n%+v\ngot %d\n%+v", path, want, answer.Code, kept.got)
		}
	}
}
