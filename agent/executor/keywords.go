package executor

import (
	"cmp"
	"math"
	"slices"
)

// keyword is a word, or two that belong together, and how often it occurs.
type keyword struct {
	text  string
	count int
	score float64
}

// keywords returns what the text is about, the most important first.
func (a *analysed) keywords(limit int) []keyword {
	alone := make([]int, len(a.vocab.terms)) // occurrences outside of phrases
	for n, t := range a.vocab.terms {
		alone[n] = t.count
	}
	var found []keyword
	for _, p := range a.steadyPhrases() {
		first, second := a.vocab.terms[p.terms[0]], a.vocab.terms[p.terms[1]]
		alone[p.terms[0]] -= p.count
		alone[p.terms[1]] -= p.count
		score := float64(p.count) * 1.5 * max(a.spread(p.terms[0]), a.spread(p.terms[1]))
		found = append(found, keyword{first.form() + " " + second.form(), p.count, score})
	}
	found = append(found, a.single(alone, 2)...)
	if len(found) == 0 {
		found = a.single(alone, 1)
	}
	slices.SortFunc(found, func(x, y keyword) int {
		return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(x.text, y.text))
	})
	return found[:min(limit, len(found))]
}

// single returns the terms that occur so often outside of phrases, or in a heading.
func (a *analysed) single(alone []int, least int) []keyword {
	var found []keyword
	for n, t := range a.vocab.terms {
		if alone[n] >= least || alone[n] == 1 && a.topics[int32(n)] {
			found = append(found, keyword{t.form(), t.count, float64(alone[n]) * a.spread(int32(n))})
		}
	}
	return found
}

// spread is how much a term counts besides its number: more in headings, and more
// where it isn't in every sentence.
func (a *analysed) spread(n int32) float64 {
	worth := math.Log(1 + float64(len(a.sentences))/float64(max(a.vocab.terms[n].in, 1)))
	if a.topics[n] {
		worth *= 1.5
	}
	return worth
}

// phrase is two terms that stand next to each other so many times.
type phrase struct {
	terms [2]int32
	count int
}

// steadyPhrases returns the pairs that are one notion: at least 3 times, and at least
// every third time that the rarer of the two occurs. Scripts without spaces have none:
// their words are pairs already.
func (a *analysed) steadyPhrases() []phrase {
	var out []phrase
	for pair, count := range a.phrases {
		rarer := min(a.vocab.terms[pair[0]].count, a.vocab.terms[pair[1]].count)
		if count >= 3 && count*3 >= rarer && !unspaced([]rune(a.vocab.terms[pair[0]].form())[0]) {
			out = append(out, phrase{pair, count})
		}
	}
	slices.SortFunc(out, func(x, y phrase) int {
		return cmp.Or(cmp.Compare(y.count, x.count), cmp.Compare(x.terms[0], y.terms[0]), cmp.Compare(x.terms[1], y.terms[1]))
	})
	return out
}
