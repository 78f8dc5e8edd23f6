package query

import (
	"slices"

	"github.com/aitbc/aitbc/index/indexv1"
)

const (
	// leastPrefixBytes is from where on the last word of a text is looked for as the
	// beginning of words: shorter ones begin too many.
	leastPrefixBytes = 3
	// lastRune stands above every character that a word can have.
	lastRune = "\U0010FFFF"
	// weightOfName is the largest weight of a word.
	weightOfName = 3
)

// searchStatement selects id and sort key of the agents of a page and of one more.
//
// Each order reads the table that has the rows in that order, so that the first page
// needs no more than its own rows: terms by relevance, skills by price, and for the
// newest the agents, or the skills if the search is for a single one.
//
// rarest is the index of the word of the text that the fewest have.
func (r *reading) searchStatement(asked *search, rarest int) *statement {
	s := r.statement()
	switch skills := asked.fitIDs(); {
	case asked.order == indexv1.AGENT_ORDER_MATCH:
		s.add(`WITH t AS MATERIALIZED (`)
		addRelevance(s, asked.words, rarest)
		s.add(`) SELECT t.agent_id, t.relevance FROM t JOIN agents a ON a.id = t.agent_id WHERE t.relevance IS NOT NULL`)
		asked.addSkillExists(s)
		asked.addConditions(s, r.head.Time)
		if p := asked.after; p != nil {
			s.add(` AND (t.relevance < ? OR t.relevance = ? AND t.agent_id > ?)`, p.numbers[0], p.numbers[0], p.numbers[1])
		}
		s.add(` ORDER BY t.relevance DESC, t.agent_id`)
	case asked.order == indexv1.AGENT_ORDER_PRICE:
		s.add(`SELECT s.agent_id, s.price FROM skills s JOIN agents a ON a.id = s.agent_id WHERE 1 = 1`)
		asked.addFit(s, "s")
		if len(skills) != 1 {
			// Of several fitting skills of an agent its cheapest is its place.
			s.add(` AND NOT EXISTS (SELECT 1 FROM skills c WHERE c.agent_id = s.agent_id AND (c.price, c.skill) < (s.price, s.skill)`)
			asked.addFit(s, "c")
			s.add(`)`)
		}
		asked.addConditions(s, r.head.Time)
		asked.addWords(s)
		if p := asked.after; p != nil {
			s.add(` AND (s.price, s.agent_id) > (?, ?)`, p.numbers[0], p.numbers[1])
		}
		s.add(` ORDER BY s.price, s.agent_id`)
	case len(asked.SkillsAll) > 0 && len(skills) > 1:
		s.add(`SELECT d.agent_id, 0 FROM skills d JOIN agents a ON a.id = d.agent_id WHERE d.skill = ?`, asked.SkillsAll[0])
		asked.addSkillExists(s)
		asked.addConditions(s, r.head.Time)
		asked.addWords(s)
		asked.addByID(s, "d.agent_id")
	case len(skills) == 1:
		s.add(`SELECT s.agent_id, 0 FROM skills s JOIN agents a ON a.id = s.agent_id WHERE 1 = 1`)
		asked.addFit(s, "s")
		asked.addConditions(s, r.head.Time)
		asked.addWords(s)
		asked.addByID(s, "s.agent_id")
	default:
		s.add(`SELECT a.id, 0 FROM agents a WHERE 1 = 1`)
		asked.addSkillExists(s)
		asked.addConditions(s, r.head.Time)
		asked.addWords(s)
		asked.addByID(s, "a.id")
	}
	return s.add(` LIMIT ?`, asked.limit+1)
}

// addByID orders by id: the newest first, or the oldest among those of equal
// reputation, as all are.
func (asked *search) addByID(s *statement, id string) {
	newest := asked.order == indexv1.AGENT_ORDER_NEWEST
	compare, direction := ` > ?`, ``
	if newest {
		compare, direction = ` < ?`, ` DESC`
	}
	if asked.after != nil {
		s.add(` AND `+id+compare, asked.after.numbers[1])
	}
	s.add(` ORDER BY ` + id + direction)
}

// fitIDs are the skills of which one has to fit price, tags and media types. None means
// that any may.
func (asked *search) fitIDs() []string {
	ids := slices.Concat(asked.SkillsAny, asked.SkillsAll)
	slices.Sort(ids)
	return slices.Compact(ids)
}

// asksFit reports whether anything is asked of one skill.
func (asked *search) asksFit() bool {
	return len(asked.fitIDs())+len(asked.Tags)+len(asked.InputMediaTypes)+len(asked.OutputMediaTypes) > 0 || asked.MaxPrice > 0
}

// addFit asks of the skill in a row of skills what one skill has to have.
func (asked *search) addFit(s *statement, skill string) {
	if ids := asked.fitIDs(); len(ids) == 1 {
		s.add(` AND `+skill+`.skill = ?`, ids[0])
	} else if len(ids) > 1 {
		in, args := list(ids)
		s.add(` AND `+skill+`.skill IN `+in, args...)
	}
	s.addIf(asked.MaxPrice > 0, ` AND `+skill+`.price <= ?`, int64(asked.MaxPrice))
	for _, tag := range asked.Tags {
		s.add(` AND EXISTS (SELECT 1 FROM skill_tags g WHERE g.agent_id = `+skill+`.agent_id AND g.skill = `+skill+`.skill AND g.tag = ?)`, tag)
	}
	addMedia(s, skill, mediaIn, asked.InputMediaTypes)
	addMedia(s, skill, mediaOut, asked.OutputMediaTypes)
}

// Directions of skill_media.
const (
	mediaIn  = 0
	mediaOut = 1
)

// addMedia demands that the skill in a row of skills has all of the media types.
func addMedia(s *statement, skill string, direction int64, mediaTypes []string) {
	for _, m := range mediaTypes {
		s.add(` AND EXISTS (SELECT 1 FROM skill_media m WHERE m.agent_id = `+skill+`.agent_id AND m.skill = `+skill+
			`.skill AND m.direction = ? AND m.media_type = ?)`, direction, m)
	}
}

// addSkillExists demands of an agent a that one of its skills fits.
func (asked *search) addSkillExists(s *statement) {
	if !asked.asksFit() {
		return
	}
	if len(asked.Tags) > 0 {
		// The few with the tag are found first, and each is looked at.
		s.add(` AND a.id IN (SELECT agent_id FROM skill_tags WHERE tag = ?)`, asked.Tags[0])
	}
	s.add(` AND EXISTS (SELECT 1 FROM skills s WHERE s.agent_id = a.id`)
	asked.addFit(s, "s")
	s.add(`)`)
}

// addConditions asks of an agent a what is not about one skill.
func (asked *search) addConditions(s *statement, now uint64) {
	if len(asked.statuses) == 1 {
		s.add(` AND a.status = ?`, asked.statuses[0])
	} else {
		in, args := list(asked.statuses)
		s.add(` AND a.status IN `+in, args...)
	}
	s.addIf(asked.MinBond > 0, ` AND a.bonded - a.unbonding >= ?`, int64(asked.MinBond))
	s.addIf(asked.SeenSince > 0, ` AND a.last_seen >= ?`, int64(asked.SeenSince))
	s.addIf(asked.MinScore > 0, ` AND 1 = 0`) // every score is 0
	if len(asked.fitIDs()) > 1 || len(asked.SkillsAny) > 0 {
		// Else the fitting skill is the one that is asked for.
		asked.addHasSkills(s)
	}
	for _, l := range asked.labels {
		s.add(` AND a.id IN (SELECT agent_id FROM labels WHERE key = ? AND value = ?)`, l.key, l.value)
	}
	if len(asked.Issuers) > 0 {
		in, args := list(asked.Issuers)
		s.add(` AND a.id IN (SELECT agent_id FROM attestations WHERE issuer IN `+in, args...)
		s.add(` AND revoked = 0 AND (expires_at = 0 OR expires_at > ?))`, int64(now))
	}
}

// addHasSkills demands all of skills_all and one of skills_any.
func (asked *search) addHasSkills(s *statement) {
	for _, id := range asked.SkillsAll {
		s.add(` AND EXISTS (SELECT 1 FROM skills h WHERE h.agent_id = a.id AND h.skill = ?)`, id)
	}
	if len(asked.SkillsAny) > 0 && len(asked.SkillsAll) > 0 {
		in, args := list(asked.SkillsAny)
		s.add(` AND EXISTS (SELECT 1 FROM skills h WHERE h.agent_id = a.id AND h.skill IN `+in+`)`, args...)
	}
}
