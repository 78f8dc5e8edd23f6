package query

import (
	"context"
	"encoding/binary"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdkmath "cosmossdk.io/math"

	"github.com/aitbc/aitbc/index/indexv1"
	"github.com/aitbc/aitbc/types/match"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// MatchAgents implements indexv1.QueryServer.
func (s *server) MatchAgents(ctx context.Context, req *indexv1.QueryMatchAgentsRequest) (*indexv1.QueryMatchAgentsResponse, error) {
	if req == nil {
		return nil, errEmpty
	}
	limit, err := pageLimit(req.Limit)
	if err != nil {
		return nil, err
	}
	if err := checkMatchRequest(req); err != nil {
		return nil, err
	}
	res := &indexv1.QueryMatchAgentsResponse{}
	err = s.read(ctx, func(r *reading) error {
		res.Head = r.head
		q, err := r.questionOf(req)
		if err != nil {
			return err
		}
		candidates, truncated, err := r.candidates(q)
		if err != nil {
			return err
		}
		ranked := match.Rank(q, candidates)
		res.Candidates, res.Truncated = uint32(len(ranked)), truncated
		if res.Matches, err = r.agentMatches(q, ranked[:min(limit, len(ranked))], candidates); err != nil || !req.Explain {
			return err
		}
		res.Excluded, err = r.exclusions(q, limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return res, nil
}

// checkMatchRequest checks everything that needs no database.
func checkMatchRequest(req *indexv1.QueryMatchAgentsRequest) error {
	q := req.Requirement
	if err := checks(
		checkList("requirement.input_media_types", q.InputMediaTypes, checkMediaType),
		checkList("requirement.output_media_types", q.OutputMediaTypes, checkMediaType),
		checkText("requirement.min_version", q.MinVersion, maxTagChars),
		checkEnum("requirement.preset", q.Preset, indexv1.Preset_name),
	); err != nil {
		return err
	}
	if req.Sequence == 0 && req.Client != "" {
		return invalid("sequence: expected the number of a job of the client, got 0")
	}
	if req.Sequence > 0 {
		for field, set := range map[string]bool{
			"skill": q.Skill != "", "cap": q.Cap != 0, "delivery_seconds": q.DeliverySeconds != 0, "reserve": q.Reserve != 0, "client": q.Client != "",
		} {
			if set {
				return invalid("requirement.%s: expected nothing with a job, which says it", field)
			}
		}
		return checks(checkID("sequence", req.Sequence), checkAddress("client", req.Client))
	}
	if q.Client != "" {
		if err := checkAddress("requirement.client", q.Client); err != nil {
			return err
		}
	}
	return checkSkill("requirement.skill", q.Skill)
}

// presets are match's, by the API's.
var presets = map[indexv1.Preset]match.Preset{
	indexv1.PRESET_UNSPECIFIED: match.Balanced,
	indexv1.PRESET_BALANCED:    match.Balanced,
	indexv1.PRESET_CHEAPEST:    match.Cheapest,
	indexv1.PRESET_FASTEST:     match.Fastest,
	indexv1.PRESET_SAFEST:      match.Safest,
}

// questionOf returns the question of a request, with that of its job.
func (r *reading) questionOf(req *indexv1.QueryMatchAgentsRequest) (match.Question, error) {
	asked := req.Requirement
	q := match.Question{
		Skill: asked.Skill, Cap: asked.Cap, DeliverySeconds: asked.DeliverySeconds, Reserve: asked.Reserve, Client: asked.Client,
	}
	if req.Sequence > 0 {
		record, err := r.jobRecord(req.Client, req.Sequence)
		if err != nil {
			return q, err
		}
		if q, err = questionOfJob(record); err != nil {
			return q, err
		}
	}
	q.MinVersion, q.InputMediaTypes, q.OutputMediaTypes = asked.MinVersion, asked.InputMediaTypes, asked.OutputMediaTypes
	q.MinScore, q.Now, q.Preset = asked.MinScore, r.head.Time, presets[asked.Preset]
	q.Units = max(asked.Units, 1)
	if q.Seconds = asked.Seconds; q.Seconds == 0 {
		q.Seconds = min(q.DeliverySeconds, match.MaxCount)
	}
	if q.Seconds == 0 {
		q.Seconds = 1 // so that delivery_seconds is named, which is the field that is wrong
	}
	if err := q.Validate(); err != nil {
		return q, invalid("requirement.%s", err)
	}
	return q, nil
}

// questionOfJob returns what a job needs: all its milestones one after the other for all
// of its money. Units, seconds, time and preset are left to the caller.
func questionOfJob(record jobmarkettypes.JobRecord) (match.Question, error) {
	job := record.Job
	client, err := addresses.StringToBytes(job.Client)
	if err != nil {
		return match.Question{}, err
	}
	q := match.Question{Key: binary.BigEndian.AppendUint64(client, job.Sequence), Skill: job.Skill, Client: job.Client}
	for _, m := range job.Milestones {
		q.DeliverySeconds += m.DeliverySeconds
	}
	budget, reserved := jobmarkettypes.Budget(job.Milestones), job.Terms.Reserved
	if !budget.IsUint64() || !reserved.IsUint64() {
		return q, errRange
	}
	q.Cap, q.Reserve = budget.Uint64(), reserved.Uint64()
	return q, nil
}

// jobRecord returns everything about a job.
func (r *reading) jobRecord(client string, sequence uint64) (jobmarkettypes.JobRecord, error) {
	var record jobmarkettypes.JobRecord
	var raw []byte
	found, err := r.one(r.statement().add(`SELECT record FROM jobs WHERE client = ? AND sequence = ?`, client, int64(sequence)), &raw)
	if err != nil {
		return record, err
	}
	if !found {
		return record, status.Errorf(codes.NotFound, "job: %s has no job %d", client, sequence)
	}
	return record, record.Unmarshal(raw)
}

// agentMatches returns ranked agents with their rows and reasons.
func (r *reading) agentMatches(q match.Question, ranked []match.Match, candidates []match.Candidate) ([]indexv1.AgentMatch, error) {
	ids := make([]int64, len(ranked))
	for i, m := range ranked {
		ids[i] = int64(m.AgentID)
	}
	rows, err := r.agentRows(ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[uint64]match.Candidate, len(candidates))
	for _, c := range candidates {
		byID[c.ID] = c
	}
	out := make([]indexv1.AgentMatch, 0, len(rows))
	for i, m := range ranked[:len(rows)] {
		out = append(out, indexv1.AgentMatch{
			Agent: rows[i], Price: sdkmath.NewIntFromUint64(m.Price), Match: uint32(m.Match), Terms: termsOf(q, byID[m.AgentID], m),
		})
	}
	return out, nil
}
