package executor

import (
	"context"
	"math"
	"slices"
)

// sentence is one of the text, with what its worth is judged by.
type sentence struct {
	piece
	// item says that it is of a list; lead, that it begins a paragraph.
	item, lead bool
	// section is the heading it stands under.
	section string
	// words counts all, terms are those that say something, in order.
	words int
	terms []int32
	// vector has each term once, ordered; weight is that of the same place.
	vector  []int32
	weights []float64
}

// analysed is a text with its sentences and words.
type analysed struct {
	title     string
	sentences []sentence
	vocab     *vocabulary
	// words counts those of the prose.
	words int
	// cut says that only the first maxRead sentences were read.
	cut bool
	// phrases counts neighbouring terms.
	phrases map[[2]int32]int
	// topics are the terms of title and headings.
	topics map[int32]bool
}

const (
	// maxRead bounds the sentences that are read: more than 4 MiB of prose have.
	maxRead = 100_000
	// maxPhrases bounds the memory for pairs of neighbours; later ones are not counted.
	maxPhrases = 200_000
)

// analyse finds the sentences and words of a text. It takes time and memory
// proportional to the text.
func analyse(ctx context.Context, d document) (*analysed, error) {
	a := &analysed{
		title: d.title, vocab: newVocabulary(languageOf(d)),
		phrases: map[[2]int32]int{}, topics: map[int32]bool{},
	}
	for _, p := range d.passages {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for i, piece := range split(p.text, a.vocab.language.ordinals) {
			s := sentence{piece: piece, item: p.item, lead: i == 0, section: p.section}
			if len(a.sentences) == maxRead {
				a.cut = true
				break
			}
			a.read(&s)
			if s.words > 0 {
				a.sentences = append(a.sentences, s)
				a.words += s.words
			}
		}
		if a.cut {
			break
		}
	}
	for _, heading := range d.headings {
		wordsOf(heading, func(word string, _ bool) {
			if n := a.vocab.number(word); n >= 0 {
				a.topics[n] = true
			}
		})
	}
	a.weigh()
	return a, nil
}

// read counts the words of a sentence.
func (a *analysed) read(s *sentence) {
	last := int32(-1)
	wordsOf(s.text, func(word string, follows bool) {
		s.words++
		n := a.vocab.number(word)
		if n >= 0 {
			t := &a.vocab.terms[n]
			t.count++
			t.forms[word]++
			s.terms = append(s.terms, n)
			pair := [2]int32{last, n}
			if _, known := a.phrases[pair]; follows && last >= 0 && last != n && (known || len(a.phrases) < maxPhrases) {
				a.phrases[pair]++
			}
		}
		last = n
	})
	s.vector = slices.Compact(slices.Sorted(slices.Values(s.terms)))
	for _, n := range s.vector {
		a.vocab.terms[n].in++
	}
}

// weigh gives each sentence a vector of length 1, in which rare terms count more.
func (a *analysed) weigh() {
	total := float64(len(a.sentences))
	for i := range a.sentences {
		s := &a.sentences[i]
		s.weights = make([]float64, len(s.vector))
		sum := 0.0
		for j, n := range s.vector {
			w := math.Log(1 + total/float64(a.vocab.terms[n].in))
			s.weights[j] = w
			sum += w * w
		}
		for j := range s.weights {
			s.weights[j] /= math.Sqrt(sum)
		}
	}
}
