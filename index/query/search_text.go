package query

// addWords demands all words of the text of an agent a.
func (asked *search) addWords(s *statement) {
	for i, w := range asked.words {
		s.add(` AND a.id IN (SELECT agent_id FROM terms WHERE `)
		addTerm(s, w, i == len(asked.words)-1, "")
		s.add(`)`)
	}
}

// addTerm asks for a word in a table of terms, or for the words that begin with it.
func addTerm(s *statement, word string, last bool, table string) {
	if last && len(word) >= leastPrefixBytes {
		s.add(table+`term >= ? AND `+table+`term < ?`, word, word+lastRune)
	} else {
		s.add(table+`term = ?`, word)
	}
}

// oneWordStatement selects those whose best word with the beginning has one weight,
// ordered by id, behind an id.
func (r *reading) oneWordStatement(asked *search, weight, after int64, limit int) *statement {
	word := asked.words[0]
	s := r.statement().add(`SELECT DISTINCT t.agent_id, t.weight FROM terms t JOIN agents a ON a.id = t.agent_id WHERE t.weight = ? AND `, weight)
	addTerm(s, word, true, "t.")
	if weight < weightOfName {
		s.add(` AND NOT EXISTS (SELECT 1 FROM terms h WHERE h.agent_id = t.agent_id AND h.weight > ? AND `, weight)
		addTerm(s, word, true, "h.")
		s.add(`)`)
	}
	asked.addSkillExists(s)
	asked.addConditions(s, r.head.Time)
	s.addIf(after > 0, ` AND t.agent_id > ?`, after)
	return s.add(` ORDER BY t.agent_id LIMIT ?`, limit)
}

// rareEnough is from where on it does not matter which of two words is rarer.
const rareEnough = 30_000

// rarest returns the index of the word that the fewest agents have, as far as that can be
// found out quickly.
func (r *reading) rarest(words []string) (int, error) {
	best, fewest := 0, int64(rareEnough+1)
	for i, w := range words {
		if len(words) == 1 {
			break
		}
		s := r.statement().add(`SELECT COUNT(*) FROM (SELECT 1 FROM terms WHERE `)
		addTerm(s, w, i == len(words)-1, "")
		var count int64
		if _, err := r.one(s.add(` LIMIT ?) c`, rareEnough), &count); err != nil {
			return 0, err
		}
		if count < fewest {
			best, fewest = i, count
		}
	}
	return best, nil
}

// addRelevance selects agent_id and relevance of those who have the rarest word: the sum
// of the words' weights, and of several words with the same beginning the largest. It is
// NULL for those who do not have all.
func addRelevance(s *statement, words []string, rarest int) {
	last := len(words) - 1
	s.add(`SELECT d.agent_id, d.weight`)
	for i, w := range words {
		if i == rarest {
			continue
		}
		s.add(` + (SELECT MAX(x.weight) FROM terms x WHERE x.agent_id = d.agent_id AND `)
		addTerm(s, w, i == last, "x.")
		s.add(`)`)
	}
	s.add(` AS relevance FROM (SELECT agent_id, MAX(weight) AS weight FROM terms WHERE `)
	addTerm(s, words[rarest], rarest == last, "")
	s.add(` GROUP BY agent_id) d`)
}
