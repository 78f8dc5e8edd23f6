package query

import (
	"context"
	"database/sql"

	"github.com/aitbc/aitbc/index/indexv1"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// Jobs implements indexv1.QueryServer.
func (s *server) Jobs(ctx context.Context, req *indexv1.QueryJobsRequest) (*indexv1.QueryJobsResponse, error) {
	if req == nil {
		return nil, errEmpty
	}
	limit, err := pageLimit(req.Limit)
	if err != nil {
		return nil, err
	}
	if err := checkJobsRequest(req); err != nil {
		return nil, err
	}
	asked := *req
	asked.Cursor, asked.Limit = "", 0
	if asked.Order == indexv1.JOB_ORDER_UNSPECIFIED {
		asked.Order = indexv1.JOB_ORDER_NEWEST
	}
	question, err := questionOf("Jobs", &asked)
	if err != nil {
		return nil, err
	}
	after, err := question.position(req.Cursor, 2)
	if err != nil {
		return nil, err
	}
	res := &indexv1.QueryJobsResponse{}
	err = s.read(ctx, func(r *reading) error {
		res.Head = r.head
		var err error
		if res.Jobs, err = r.jobs(&asked, after, limit); err != nil || len(res.Jobs) <= limit {
			return err
		}
		res.Jobs = res.Jobs[:limit]
		last := res.Jobs[limit-1]
		res.NextCursor = question.cursor(position{numbers: []int64{jobKey(asked.Order, last), int64(last.Sequence)}, text: last.Client})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return res, nil
}

func checkJobsRequest(req *indexv1.QueryJobsRequest) error {
	if req.Skill != "" {
		if err := checkSkill("skill", req.Skill); err != nil {
			return err
		}
	}
	if req.Client != "" {
		if err := checkAddress("client", req.Client); err != nil {
			return err
		}
	}
	if req.AgentId > 0 {
		if err := checkID("agent_id", req.AgentId); err != nil {
			return err
		}
	}
	if err := checks(
		checkList("statuses", req.Statuses, func(field string, status jobmarkettypes.JobStatus) error {
			return checkEnum(field, status, jobmarkettypes.JobStatus_name)
		}),
		checkSeconds("deadline_from", req.DeadlineFrom),
		checkSeconds("deadline_to", req.DeadlineTo),
		checkAmount("min_budget", req.MinBudget),
		checkAmount("max_budget", req.MaxBudget),
		checkEnum("order", req.Order, indexv1.JobOrder_name),
	); err != nil {
		return err
	}
	switch {
	case req.DeadlineTo > 0 && req.DeadlineTo < req.DeadlineFrom:
		return invalid("deadline_to: expected at least deadline_from, %d, got %d", req.DeadlineFrom, req.DeadlineTo)
	case req.MaxBudget > 0 && req.MaxBudget < req.MinBudget:
		return invalid("max_budget: expected at least min_budget, %d, got %d", req.MinBudget, req.MaxBudget)
	}
	return nil
}

// jobKey is what a job is ordered by.
func jobKey(order indexv1.JobOrder, j indexv1.JobRow) int64 {
	switch order {
	case indexv1.JOB_ORDER_DEADLINE:
		return int64(j.Deadline)
	case indexv1.JOB_ORDER_BUDGET:
		return j.Budget.Int64()
	case indexv1.JOB_ORDER_UNSPECIFIED, indexv1.JOB_ORDER_NEWEST:
	}
	return int64(j.PostedAt)
}

// jobs returns one job more than the page has, if there is one.
func (r *reading) jobs(asked *indexv1.QueryJobsRequest, after *position, limit int) ([]indexv1.JobRow, error) {
	s := r.statement().add(`SELECT ` + jobColumns + ` FROM jobs j WHERE 1 = 1`)
	s.addIf(asked.Skill != "", ` AND j.skill = ?`, asked.Skill)
	s.addIf(asked.AgentId > 0, ` AND j.agent_id = ?`, int64(asked.AgentId))
	s.addIf(asked.Client != "", ` AND j.client = ?`, asked.Client)
	if len(asked.Statuses) > 0 {
		statuses := make([]int64, len(asked.Statuses))
		for i, status := range asked.Statuses {
			statuses[i] = int64(status)
		}
		in, args := list(statuses)
		s.add(` AND j.status IN `+in, args...)
	}
	s.addIf(asked.DeadlineFrom > 0, ` AND j.deadline >= ?`, int64(asked.DeadlineFrom))
	s.addIf(asked.DeadlineTo > 0, ` AND j.deadline > 0 AND j.deadline <= ?`, int64(asked.DeadlineTo))
	s.addIf(asked.MinBudget > 0, ` AND j.budget >= ?`, int64(asked.MinBudget))
	s.addIf(asked.MaxBudget > 0, ` AND j.budget <= ?`, int64(asked.MaxBudget))
	key, compare, direction := `j.posted_at`, `<`, ` DESC`
	switch asked.Order {
	case indexv1.JOB_ORDER_DEADLINE:
		s.add(` AND j.deadline > 0`)
		key, compare, direction = `j.deadline`, `>`, ``
	case indexv1.JOB_ORDER_BUDGET:
		key = `j.budget`
	case indexv1.JOB_ORDER_UNSPECIFIED, indexv1.JOB_ORDER_NEWEST:
	}
	if after != nil {
		s.add(` AND (`+key+`, j.client, j.sequence) `+compare+` (?, ?, ?)`, after.numbers[0], after.text, after.numbers[1])
	}
	s.add(` ORDER BY `+key+direction+`, j.client`+direction+`, j.sequence`+direction+` LIMIT ?`, limit+1)
	var out []indexv1.JobRow
	err := r.each(s, func(rows *sql.Rows) error {
		j, err := jobRow(rows)
		out = append(out, j)
		return err
	})
	return out, err
}
