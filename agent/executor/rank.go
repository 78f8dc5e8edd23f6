package executor

import (
	"cmp"
	"context"
	"math"
	"slices"
)

const (
	// maxRanked bounds the sentences that are compared with each other, which takes
	// quadratic time.
	maxRanked = 2000
	// damping and rounds are those of PageRank.
	damping = 0.85
	rounds  = 30
	// commonShare is the share of sentences, in percent, above which a term doesn't
	// make two of them similar.
	commonShare = 20
	// manySentences is where that begins to count.
	manySentences = 100
)

// link says how similar another member is.
type link struct {
	to         int32
	similarity float32
}

// graph is the sentences that are compared, by their places in the text, and what
// links them.
type graph struct {
	text    *analysed
	members []int
	links   [][]link
}

// newGraph compares all different sentences, or those with the most frequent words if
// there are too many. Sentences are similar by the terms that both have, in proportion
// to the logarithms of their lengths.
func newGraph(ctx context.Context, a *analysed) (*graph, error) {
	g := &graph{text: a, members: a.candidates()}
	g.links = make([][]link, len(g.members))
	common := g.commonTerms()
	holders := make([][]int32, len(a.vocab.terms)) // of each term: earlier members
	shared := make([]int, len(g.members))          // terms, by the current member and earlier ones
	var touched []int32
	for i, at := range g.members {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for _, n := range a.sentences[at].vector {
			if common[n] {
				continue
			}
			for _, other := range holders[n] {
				if shared[other] == 0 {
					touched = append(touched, other)
				}
				shared[other]++
			}
			holders[n] = append(holders[n], int32(i))
		}
		for _, other := range touched {
			g.link(int32(i), other, shared[other])
			shared[other] = 0
		}
		touched = touched[:0]
	}
	return g, nil
}

func (g *graph) link(one, other int32, shared int) {
	length := func(member int32) float64 { return float64(len(g.text.sentences[g.members[member]].vector)) }
	similarity := float32(float64(shared) / (math.Log(2+length(one)) + math.Log(2+length(other))))
	g.links[one] = append(g.links[one], link{other, similarity})
	g.links[other] = append(g.links[other], link{one, similarity})
}

// commonTerms returns the terms that so many members have that they tell none apart.
func (g *graph) commonTerms() map[int32]bool {
	common := map[int32]bool{}
	if len(g.members) <= manySentences {
		return common
	}
	in := make([]int, len(g.text.vocab.terms))
	for _, at := range g.members {
		for _, n := range g.text.sentences[at].vector {
			if in[n]++; in[n]*100 > len(g.members)*commonShare {
				common[n] = true
			}
		}
	}
	return common
}

// candidates returns the sentences to compare, each once, in order.
func (a *analysed) candidates() []int {
	var all []int
	seen := make(map[string]bool, len(a.sentences))
	for i, s := range a.sentences {
		if !seen[s.text] {
			seen[s.text] = true
			all = append(all, i)
		}
	}
	if len(all) <= maxRanked {
		return all
	}
	worth := make([]float64, len(a.sentences))
	for i, s := range a.sentences {
		for _, n := range s.vector {
			worth[i] += math.Log(float64(a.vocab.terms[n].count))
		}
		worth[i] *= a.form(i) / math.Sqrt(float64(1+len(s.vector)))
	}
	slices.SortStableFunc(all, func(x, y int) int { return cmp.Compare(worth[y], worth[x]) })
	all = all[:maxRanked]
	slices.Sort(all)
	return all
}

// centrality returns how much each member has in common with others that have much in
// common with others: TextRank (Mihalcea and Tarau, 2004). The highest is 1.
func (g *graph) centrality(ctx context.Context) ([]float64, error) {
	out := make([]float64, len(g.members)) // sum of the weights of the links
	for i, links := range g.links {
		for _, l := range links {
			out[i] += float64(l.similarity)
		}
	}
	rank := make([]float64, len(g.members))
	for i := range rank {
		rank[i] = 1
	}
	next := make([]float64, len(g.members))
	for range rounds {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for i, links := range g.links {
			sum := 0.0
			for _, l := range links {
				sum += rank[l.to] * float64(l.similarity) / out[l.to]
			}
			next[i] = 1 - damping + damping*sum
		}
		rank, next = next, rank
	}
	highest := slices.Max(rank)
	for i := range rank {
		rank[i] /= highest
	}
	return rank, nil
}
