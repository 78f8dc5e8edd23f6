// Package words cuts text into the words that agents are found by. What writes the
// read model and what asks it must cut alike, so that both use this.
package words

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxBytes is the most that a word has; longer ones are cut there.
const MaxBytes = 64

// Of returns the different words of a text in the order in which they come first: runs
// of letters, digits and the marks that belong to them, in lower case. A skill's id
// such as text.summarize is two words. Texts that are not valid UTF-8 have the words
// that stand between the invalid bytes.
func Of(text string) []string {
	var out []string
	seen := map[string]bool{}
	for _, run := range strings.FieldsFunc(text, isBetween) {
		word := cut(strings.ToLower(run))
		if !seen[word] {
			seen[word] = true
			out = append(out, word)
		}
	}
	return out
}

func isBetween(r rune) bool {
	return r == utf8.RuneError || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
}

// cut shortens a word to MaxBytes, between two characters.
func cut(word string) string {
	if len(word) <= MaxBytes {
		return word
	}
	end := MaxBytes
	for !utf8.RuneStart(word[end]) {
		end--
	}
	return word[:end]
}
