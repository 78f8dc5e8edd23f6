package query

import (
	"context"
	"database/sql"

	"github.com/aitbc/aitbc/index/indexv1"
)

// Timeline implements indexv1.QueryServer.
func (s *server) Timeline(ctx context.Context, req *indexv1.QueryTimelineRequest) (*indexv1.QueryTimelineResponse, error) {
	if req == nil {
		return nil, errEmpty
	}
	limit, err := pageLimit(req.Limit)
	if err != nil {
		return nil, err
	}
	if err := checkTimelineRequest(req); err != nil {
		return nil, err
	}
	asked := *req
	asked.Cursor, asked.Limit = "", 0
	question, err := questionOf("Timeline", &asked)
	if err != nil {
		return nil, err
	}
	after, err := question.position(req.Cursor, 3)
	if err != nil {
		return nil, err
	}
	res := &indexv1.QueryTimelineResponse{}
	err = s.read(ctx, func(r *reading) error {
		res.Head, res.HistoryFrom = r.head, r.historyFrom
		var err error
		if res.Events, err = r.events(&asked, after, limit); err != nil || len(res.Events) <= limit {
			return err
		}
		res.Events = res.Events[:limit]
		last := res.Events[limit-1]
		res.NextCursor = question.cursor(position{numbers: []int64{int64(last.Height), last.Tx, int64(last.Index)}})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return res, nil
}

func checkTimelineRequest(req *indexv1.QueryTimelineRequest) error {
	switch job := req.Client != "" || req.Sequence > 0; {
	case job && req.AgentId > 0:
		return invalid("agent_id: expected an agent or a job, got both")
	case job:
		return checks(checkAddress("client", req.Client), checkID("sequence", req.Sequence))
	case req.AgentId == 0:
		return invalid("agent_id: expected an agent, or client and sequence of a job, got nothing")
	}
	return checkID("agent_id", req.AgentId)
}

// events returns one event more than the page has, if there is one.
func (r *reading) events(asked *indexv1.QueryTimelineRequest, after *position, limit int) ([]indexv1.TimelineEvent, error) {
	s := r.statement().add(`SELECT height, tx, n, time, kind, agent_id, client, sequence, type, data FROM history WHERE `)
	if asked.AgentId > 0 {
		s.add(`agent_id = ?`, int64(asked.AgentId))
	} else {
		s.add(`client = ? AND sequence = ?`, asked.Client, int64(asked.Sequence))
	}
	if after != nil {
		s.add(` AND (height, tx, n) < (?, ?, ?)`, after.numbers[0], after.numbers[1], after.numbers[2])
	}
	s.add(` ORDER BY height DESC, tx DESC, n DESC LIMIT ?`, limit+1)
	var out []indexv1.TimelineEvent
	err := r.each(s, func(rows *sql.Rows) error {
		var height, index, at, agent, sequence int64
		var e indexv1.TimelineEvent
		if err := rows.Scan(&height, &e.Tx, &index, &at, &e.Kind, &agent, &e.Client, &sequence, &e.Type, &e.Data); err != nil {
			return err
		}
		var n numbers
		e.Height, e.Index, e.Time, e.AgentId, e.Sequence = n.unsigned(height), n.unsigned(index), n.unsigned(at), n.unsigned(agent), n.unsigned(sequence)
		out = append(out, e)
		return n.err()
	})
	return out, err
}
