package executor

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/words"
	"github.com/kljensen/snowball/english"
	"github.com/kljensen/snowball/french"
	"github.com/kljensen/snowball/hungarian"
	"github.com/kljensen/snowball/norwegian"
	"github.com/kljensen/snowball/russian"
	"github.com/kljensen/snowball/spanish"
	"github.com/kljensen/snowball/swedish"
)

// maxWordRunes is above the longest words; longer strings are hashes and data.
const maxWordRunes = 40

// wordsOf calls back with each word of a text, in lower case and without endings such
// as 's, and whether it directly follows the one before, with nothing but spaces and
// hyphens between. In scripts that put no space between words, which would need a
// dictionary to find, each two neighbouring characters count as a word.
func wordsOf(text string, each func(word string, follows bool)) {
	follows := false
	previous := "" // a character of such a script, if it came just before
	for iter := words.FromString(text); iter.Next(); {
		token := iter.Value()
		first, size := utf8.DecodeRuneInString(token)
		switch {
		case unspaced(first) && size == len(token):
			if previous != "" {
				each(previous+token, follows)
				follows = true
			}
			previous = token
			continue
		case unicode.IsLetter(first) || unicode.IsDigit(first):
			each(normal(token), follows)
			follows = true
		case strings.Trim(token, " -‐") != "":
			follows = false
		}
		previous = ""
	}
}

// unspaced reports whether a character is of a script without spaces.
func unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// normal lowers a word, and takes off what hangs on it by an apostrophe: the end of
// "agent's", the beginning of "l'agent".
func normal(word string) string {
	word = strings.ToLower(strings.ReplaceAll(word, "’", "'"))
	before, after, found := strings.Cut(word, "'")
	if found && len(before) <= 2 && len(after) > 2 {
		return after
	}
	return before
}

// language is what is known about the words of one.
type language struct {
	stem func(word string, stemStopWords bool) string
	stop func(word string) bool
	// ordinals says that "16." may be a number in a sentence, and no end of one.
	ordinals bool
}

// languages are those with known words. The order decides between equals.
var languages = []language{
	{english.Stem, english.IsStopWord, false},
	{french.Stem, french.IsStopWord, false},
	{hungarian.Stem, hungarian.IsStopWord, true},
	{norwegian.Stem, norwegian.IsStopWord, true},
	{russian.Stem, russian.IsStopWord, false},
	{spanish.Stem, spanish.IsStopWord, false},
	{swedish.Stem, swedish.IsStopWord, false},
}

const (
	// sampleWords is how much of a text its language is judged by.
	sampleWords = 5000
	// minStopPercent is the share of common words that makes out a language.
	minStopPercent = 20
)

// unknown is for languages of which nothing is known: short words are common ones.
var unknown = language{
	stem:     func(word string, _ bool) string { return word },
	stop:     func(word string) bool { return utf8.RuneCountInString(word) < 4 && !unspaced([]rune(word)[0]) },
	ordinals: true,
}

// languageOf guesses the language from the common words of the text's beginning.
func languageOf(d document) language {
	total := 0
	hits := make([]int, len(languages))
	for _, p := range d.passages {
		wordsOf(p.text, func(word string, _ bool) {
			total++
			for i, l := range languages {
				if l.stop(word) {
					hits[i]++
				}
			}
		})
		if total >= sampleWords {
			break
		}
	}
	best := 0
	for i := range hits {
		if hits[i] > hits[best] {
			best = i
		}
	}
	if hits[best]*100 < total*minStopPercent {
		return unknown
	}
	return languages[best]
}

// vocabulary numbers the words that say something. Forms of one word have one number.
type vocabulary struct {
	language language
	numbers  map[string]int32 // of stems
	known    map[string]int32 // of forms; -1 if they say nothing
	terms    []term
}

// term is a word in all its forms.
type term struct {
	forms map[string]int // how often each occurs
	count int
	// in is the number of sentences with it.
	in int
}

func newVocabulary(l language) *vocabulary {
	return &vocabulary{language: l, numbers: map[string]int32{}, known: map[string]int32{}}
}

// number returns the term of a word, or -1 if it says nothing.
func (v *vocabulary) number(word string) int32 {
	if n, ok := v.known[word]; ok {
		return n
	}
	n := int32(-1)
	if v.telling(word) {
		stem := v.language.stem(word, false)
		var ok bool
		if n, ok = v.numbers[stem]; !ok {
			n = int32(len(v.terms))
			v.numbers[stem] = n
			v.terms = append(v.terms, term{forms: map[string]int{}})
		}
	}
	v.known[word] = n
	return n
}

// telling reports whether a word says something about a text: it is no common word,
// no single letter, no number and no data.
func (v *vocabulary) telling(word string) bool {
	length := utf8.RuneCountInString(word)
	return length > 1 && length <= maxWordRunes && strings.ContainsFunc(word, unicode.IsLetter) &&
		!english.IsStopWord(word) && !weak[word] && !abbreviations[word] && !v.language.stop(word)
}

// weak are frequent English words that are in no list of stop words, and no topic
// either.
var weak = func() map[string]bool {
	list := strings.Fields(`across along already also although among another anything around away back become becomes
		best better beyond cannot come comes could different done either else enough etc even ever every everything far
		first get gets give given gives go goes going good got however instead keep keeps kind know known last later least
		less let like likely long made make makes making many may maybe might mind much must need needs never new next
		nothing often old one ones part per perhaps possible put quite rather really right said say says second see
		seen several shall show shows since something sometimes still take taken takes thing things think three thus
		together toward two upon us use used uses using usually via want wants well went whether whose within
		without would yes yet`)
	out := make(map[string]bool, len(list))
	for _, word := range list {
		out[word] = true
	}
	return out
}()

// form returns how a term is written most often; of equals, the shortest, then the
// first in the alphabet.
func (t term) form() string {
	best := ""
	for form, count := range t.forms {
		switch {
		case best == "", count > t.forms[best]:
			best = form
		case count < t.forms[best]:
		case len(form) < len(best), len(form) == len(best) && form < best:
			best = form
		}
	}
	return best
}
