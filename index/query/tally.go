package query

import (
	"database/sql"

	sdkmath "cosmossdk.io/math"

	"github.com/aitbc/aitbc/index/indexv1"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

const (
	// maxCounted bounds how many jobs a statistic counts: the newest.
	maxCounted = 10_000
	// millions split sums of amounts, so that none is too large for the database.
	millions = 1_000_000
)

// sample is the newest jobs under a condition, as a query to stand in brackets.
type sample struct {
	where string
	args  []any
}

func (p sample) addTo(s *statement) *statement {
	return s.add(`(SELECT * FROM jobs WHERE `+p.where, p.args...).
		add(` ORDER BY posted_at DESC, client DESC, sequence DESC LIMIT ?) j`, maxCounted)
}

// truncated reports whether there are more jobs than the sample has.
func (r *reading) truncated(p sample) (bool, error) {
	s := r.statement().add(`SELECT 1 FROM jobs WHERE `+p.where, p.args...).
		add(` ORDER BY posted_at DESC, client DESC, sequence DESC LIMIT 1 OFFSET ?`, maxCounted)
	var one int64
	return r.one(s, &one)
}

// tally is what jobs come to.
type tally struct {
	counts indexv1.JobCounts
	// All in uait.
	released, fees, slashed sdkmath.Int
}

// tallyColumns group and sum a sample j: whether the last milestone has a result is what
// tells rejected from missed.
const tallyColumns = `j.status, j.live, ` + delivered + `, COUNT(*),
	SUM(j.released / 1000000), SUM(j.released % 1000000), SUM(j.fees / 1000000), SUM(j.fees % 1000000),
	SUM(j.slashed / 1000000), SUM(j.slashed % 1000000)`

const delivered = `CASE WHEN EXISTS (SELECT 1 FROM submissions u
	WHERE u.client = j.client AND u.sequence = j.sequence AND u.milestone = j.milestone) THEN 1 ELSE 0 END`

// tallyGroup is a row of tallyColumns.
type tallyGroup struct {
	status, live, delivered, count int64
	// sums are of released, fees and slashed, each in millions and the rest.
	sums [6]int64
}

func (g *tallyGroup) targets() []any {
	out := []any{&g.status, &g.live, &g.delivered, &g.count}
	for i := range g.sums {
		out = append(out, &g.sums[i])
	}
	return out
}

func newTally() tally {
	return tally{released: sdkmath.ZeroInt(), fees: sdkmath.ZeroInt(), slashed: sdkmath.ZeroInt()}
}

func (t *tally) add(g tallyGroup) {
	n := uint64(max(g.count, 0))
	c := &t.counts
	c.Total += n
	switch jobmarkettypes.JobStatus(g.status) {
	case jobmarkettypes.JOB_STATUS_COMPLETED:
		c.Completed += n
	case jobmarkettypes.JOB_STATUS_PARTIAL:
		c.Partial += n
	case jobmarkettypes.JOB_STATUS_CANCELLED:
		c.Cancelled += n
	case jobmarkettypes.JOB_STATUS_REFUNDED:
		c.Refunded += n
	case jobmarkettypes.JOB_STATUS_UNSPECIFIED, jobmarkettypes.JOB_STATUS_ACTIVE:
		c.Live += n
	default:
		c.Live += n // open, or awarded
	}
	switch live := jobmarkettypes.MilestoneStatus(g.live); {
	case live == jobmarkettypes.MILESTONE_STATUS_REFUNDED && g.delivered != 0:
		c.Rejected += n
	case live == jobmarkettypes.MILESTONE_STATUS_REFUNDED:
		c.Missed += n
	}
	sum := func(i int) sdkmath.Int { return sdkmath.NewInt(g.sums[i]).MulRaw(millions).AddRaw(g.sums[i+1]) }
	t.released, t.fees, t.slashed = t.released.Add(sum(0)), t.fees.Add(sum(2)), t.slashed.Add(sum(4))
}

// done returns the counts with the share of the completed.
func (t *tally) done() indexv1.JobCounts {
	c := t.counts
	if ended := c.Completed + c.Partial + c.Cancelled + c.Refunded; ended > 0 {
		c.CompletedBps = uint32(10_000 * c.Completed / ended)
	}
	return c
}

func (r *reading) tally(p sample) (tally, error) {
	s := p.addTo(r.statement().add(`SELECT ` + tallyColumns + ` FROM `)).add(` GROUP BY 1, 2, 3`)
	t := newTally()
	err := r.each(s, func(rows *sql.Rows) error {
		var g tallyGroup
		err := rows.Scan(g.targets()...)
		t.add(g)
		return err
	})
	return t, err
}

// median returns the lower median of a column of a sample, and of its submissions u to
// the first milestone if they are asked for; 0 of nothing.
func (r *reading) median(p sample, column string, submissions bool) (uint64, error) {
	from := func(s *statement) *statement {
		p.addTo(s)
		return s.addIf(submissions, ` JOIN submissions u ON u.client = j.client AND u.sequence = j.sequence AND u.milestone = 1`)
	}
	var count, value int64
	if _, err := r.one(from(r.statement().add(`SELECT COUNT(*) FROM `)), &count); err != nil || count == 0 {
		return 0, err
	}
	s := from(r.statement().add(`SELECT `+column+` FROM `)).add(` ORDER BY 1 LIMIT 1 OFFSET ?`, (count-1)/2)
	if _, err := r.one(s, &value); err != nil {
		return 0, err
	}
	return uint64(max(value, 0)), nil
}

// medianResponse is the median time from post to the first result.
func (r *reading) medianResponse(p sample) (uint64, error) {
	return r.median(p, `u.submitted_at - j.posted_at`, true)
}
