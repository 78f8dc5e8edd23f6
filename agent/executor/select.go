package executor

import (
	"context"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxShare bounds the summary, in percent of the words.
	maxShare = 30
	// fewest and most sentences of a summary, unless asked for otherwise.
	fewestSentences, mostSentences = 3, 10
	// worthless is the part of the best sentence's score, in percent, below which
	// nothing is added.
	worthless = 10
)

// summarize returns the places of the most important sentences, in order of the text:
// at most so many, or what suits the text for 0, and with at most 30 % of its words.
// There is always one.
func (a *analysed) summarize(ctx context.Context, limit int) ([]int, error) {
	if limit == 0 {
		limit = min(max(int(1.3*math.Sqrt(float64(len(a.sentences)))), fewestSentences), mostSentences)
	}
	g, err := newGraph(ctx, a)
	if err != nil {
		return nil, err
	}
	scores, err := g.centrality(ctx)
	if err != nil {
		return nil, err
	}
	for i, at := range g.members {
		scores[i] *= a.form(at) * a.place(at) * a.topicality(at)
	}
	chosen := g.pick(scores, limit, a.words*maxShare/100)
	slices.Sort(chosen)
	return chosen, nil
}

// pick takes the best again and again, and each time lowers what is similar to it, so
// that nothing is said twice.
func (g *graph) pick(scores []float64, limit, words int) []int {
	var chosen []int
	floor := 0.0
	for len(chosen) < limit {
		best := -1
		for i, score := range scores {
			fits := len(chosen) == 0 || g.text.sentences[g.members[i]].words <= words
			if score > floor && fits && (best < 0 || score > scores[best]) {
				best = i
			}
		}
		if best < 0 {
			break
		}
		if len(chosen) == 0 {
			floor = scores[best] * worthless / 100
		}
		latest := g.text.sentences[g.members[best]]
		chosen = append(chosen, g.members[best])
		words -= latest.words
		scores[best] = 0
		for i, at := range g.members {
			rest := max(0, 1-cosine(latest, g.text.sentences[at]))
			scores[i] *= rest * rest
		}
	}
	return chosen
}

// cosine returns how similar two sentences are, from 0 to 1.
func cosine(a, b sentence) float64 {
	sum := 0.0
	for i, j := 0, 0; i < len(a.vector) && j < len(b.vector); {
		switch {
		case a.vector[i] < b.vector[j]:
			i++
		case a.vector[i] > b.vector[j]:
			j++
		default:
			sum += a.weights[i] * b.weights[j]
			i++
			j++
		}
	}
	return sum
}

// form judges by its form whether a sentence can stand alone: between 0 and 1.
func (a *analysed) form(at int) float64 {
	s := a.sentences[at]
	worth := lengthWorth(s)
	if s.item {
		worth *= 0.7
	}
	if !endsSentence(s.text) {
		worth *= 0.5
	}
	if strings.HasSuffix(s.text, ":") {
		worth *= 0.2 // announces what isn't there
	}
	if s.more || s.before {
		worth *= 0.3
	}
	if first, _ := utf8.DecodeRuneInString(strings.TrimLeft(s.text, "\"'`(“«")); unicode.IsLower(first) {
		worth *= 0.6
	}
	if leansBack(s.text) {
		worth *= 0.5
		if s.lead {
			worth *= 1.4 // often on the heading, which names the same
		}
	}
	return worth
}

// lengthWorth is 1 for sentences of 12 to 35 words and less for others.
func lengthWorth(s sentence) float64 {
	switch {
	case s.words < 12:
		return float64(s.words) / 12
	case s.words > 35:
		return 35 / float64(s.words)
	default:
		return 1
	}
}

// leaning are words, and pairs of words, at the beginning of a sentence that needs the
// one before.
var leaning = map[string]bool{
	"this": true, "that": true, "these": true, "those": true, "it": true, "its": true, "they": true, "their": true,
	"them": true, "he": true, "she": true, "his": true, "her": true, "both": true, "such": true, "there": true, "here": true,
	"but": true, "and": true, "or": true, "so": true, "then": true, "thus": true, "however": true, "therefore": true,
	"also": true, "otherwise": true, "yet": true, "instead": true, "for example": true, "one of": true, "the first": true,
	"the second": true, "the former": true, "the latter": true, "the other": true, "the same": true, "in this": true,
	"everything else": true, "the rest": true, "as above": true,
}

// pointing are words that make a sentence lean on others if they come early in it.
var pointing = map[string]bool{
	"it": true, "they": true, "them": true, "he": true, "she": true, "him": true, "this": true, "these": true,
	"above": true, "below": true, "following": true, "again": true,
}

func leansBack(text string) bool {
	words := strings.SplitN(strings.ToLower(text), " ", 6)
	for i := range words {
		words[i] = strings.Trim(words[i], ",;:")
	}
	if leaning[words[0]] || len(words) > 1 && leaning[words[0]+" "+words[1]] {
		return true
	}
	return slices.ContainsFunc(words[:min(5, len(words))], func(word string) bool { return pointing[word] })
}

// place favours the beginning of the text, where people say what it is about, and the
// beginnings of paragraphs.
func (a *analysed) place(at int) float64 {
	worth := 1 + 1.3*math.Exp(-float64(at)/1.5)
	if a.sentences[at].lead {
		worth *= 1.15
	}
	return worth
}

// topicality favours sentences with words of the headings.
func (a *analysed) topicality(at int) float64 {
	s := a.sentences[at]
	hits := 0
	for _, n := range s.vector {
		if a.topics[n] {
			hits++
		}
	}
	return 1 + 0.3*float64(hits)/math.Sqrt(float64(1+len(s.vector)))
}
