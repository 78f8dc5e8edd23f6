package query

import (
	"context"
	"database/sql"
	"slices"

	sdkmath "cosmossdk.io/math"

	"github.com/aitbc/aitbc/index/indexv1"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
)

// search is a checked QuerySearchAgentsRequest.
type search struct {
	*indexv1.QuerySearchAgentsRequest
	words    []string
	labels   []label
	statuses []int64
	order    indexv1.AgentOrder
	limit    int
	question question
	after    *position
}

func newSearch(req *indexv1.QuerySearchAgentsRequest) (*search, error) {
	s := &search{QuerySearchAgentsRequest: req, order: req.Order}
	var err error
	if s.words, err = parseText("text", req.Text); err != nil {
		return s, err
	}
	if s.limit, err = pageLimit(req.Limit); err != nil {
		return s, err
	}
	if err := checks(
		checkList("skills_any", req.SkillsAny, checkSkill),
		checkList("skills_all", req.SkillsAll, checkSkill),
		checkList("tags", req.Tags, checkTag),
		checkList("input_media_types", req.InputMediaTypes, checkMediaType),
		checkList("output_media_types", req.OutputMediaTypes, checkMediaType),
		checkList("issuers", req.Issuers, checkAddress),
		checkAmount("max_price", req.MaxPrice),
		checkAmount("min_bond", req.MinBond),
		checkScore("min_score", req.MinScore),
		checkSeconds("seen_since", req.SeenSince),
		checkEnum("order", req.Order, indexv1.AgentOrder_name),
		checkList("labels", req.Labels, func(field, text string) error {
			pair, err := parseLabel(field, text)
			s.labels = append(s.labels, pair)
			return err
		}),
		checkList("statuses", req.Statuses, func(field string, status registrytypes.AgentStatus) error {
			s.statuses = append(s.statuses, int64(status))
			return checkEnum(field, status, registrytypes.AgentStatus_name)
		}),
	); err != nil {
		return s, err
	}
	if len(s.statuses) == 0 {
		s.statuses = []int64{int64(registrytypes.AGENT_STATUS_ACTIVE)}
	}
	return s, s.place()
}

// place decides on the order, and where the page begins.
func (asked *search) place() error {
	switch {
	case asked.order == indexv1.AGENT_ORDER_MATCH && len(asked.words) == 0:
		return invalid("order: expected a text to order by match")
	case asked.order == indexv1.AGENT_ORDER_UNSPECIFIED && len(asked.words) > 0:
		asked.order = indexv1.AGENT_ORDER_MATCH
	case asked.order == indexv1.AGENT_ORDER_UNSPECIFIED:
		asked.order = indexv1.AGENT_ORDER_NEWEST
	}
	request := *asked.QuerySearchAgentsRequest
	request.Cursor, request.Limit, request.Order = "", 0, asked.order
	var err error
	if asked.question, err = questionOf("SearchAgents", &request); err != nil {
		return err
	}
	asked.after, err = asked.question.position(asked.Cursor, 2)
	return err
}

// SearchAgents implements indexv1.QueryServer.
func (s *server) SearchAgents(
	ctx context.Context, req *indexv1.QuerySearchAgentsRequest,
) (*indexv1.QuerySearchAgentsResponse, error) {
	if req == nil {
		return nil, errEmpty
	}
	asked, err := newSearch(req)
	if err != nil {
		return nil, err
	}
	res := &indexv1.QuerySearchAgentsResponse{}
	err = s.read(ctx, func(r *reading) error {
		res.Head = r.head
		hits, err := r.search(asked)
		if err != nil {
			return err
		}
		if len(hits) > asked.limit {
			hits = hits[:asked.limit]
			last := hits[len(hits)-1]
			res.NextCursor = asked.question.cursor(position{numbers: []int64{last.key, last.id}})
		}
		res.Agents, err = r.agentHits(asked, hits)
		return err
	})
	if err != nil {
		return nil, err
	}
	return res, nil
}

// hit is a place in the order of a search: key is what it is ordered by.
type hit struct{ id, key int64 }

// search returns one hit more than the page has, if there is one.
func (r *reading) search(asked *search) ([]hit, error) {
	if asked.order == indexv1.AGENT_ORDER_MATCH && len(asked.words) == 1 {
		return r.searchOneWord(asked)
	}
	rarest, err := r.rarest(asked.words)
	if err != nil {
		return nil, err
	}
	return r.hits(r.searchStatement(asked, rarest))
}

// searchOneWord looks at names before skills before descriptions, until the page is full.
func (r *reading) searchOneWord(asked *search) ([]hit, error) {
	var hits []hit
	for weight := int64(weightOfName); weight >= 1 && len(hits) <= asked.limit; weight-- {
		after := int64(0)
		if p := asked.after; p != nil && weight >= p.numbers[0] {
			if after = p.numbers[1]; weight > p.numbers[0] {
				continue
			}
		}
		found, err := r.hits(r.oneWordStatement(asked, weight, after, asked.limit+1-len(hits)))
		if err != nil {
			return nil, err
		}
		hits = append(hits, found...)
	}
	return hits, nil
}

// hits returns the id and the sort key of each row.
func (r *reading) hits(s *statement) ([]hit, error) {
	var hits []hit
	err := r.each(s, func(rows *sql.Rows) error {
		var h hit
		err := rows.Scan(&h.id, &h.key)
		hits = append(hits, h)
		return err
	})
	return hits, err
}

func (r *reading) agentHits(asked *search, hits []hit) ([]indexv1.AgentHit, error) {
	ids := make([]int64, len(hits))
	for i, h := range hits {
		ids[i] = h.id
	}
	agents, err := r.agentRows(ids)
	if err != nil {
		return nil, err
	}
	out := make([]indexv1.AgentHit, len(agents))
	for i, a := range agents {
		out[i] = indexv1.AgentHit{Agent: a, Price: sdkmath.ZeroInt()}
		at := slices.IndexFunc(hits, func(h hit) bool { return uint64(h.id) == a.Id })
		switch key := hits[at].key; asked.order {
		case indexv1.AGENT_ORDER_MATCH:
			out[i].Relevance = uint64(key)
		case indexv1.AGENT_ORDER_PRICE:
			out[i].Price = sdkmath.NewInt(key)
		case indexv1.AGENT_ORDER_UNSPECIFIED, indexv1.AGENT_ORDER_REPUTATION, indexv1.AGENT_ORDER_NEWEST:
		}
	}
	return out, nil
}
