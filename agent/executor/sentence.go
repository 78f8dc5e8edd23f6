package executor

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/sentences"
)

// maxPieceRunes is where a sentence without an end is cut, in characters: longer ones
// are lists, logs or data.
const maxPieceRunes = 500

// piece is a sentence, or a part of one that is too long.
type piece struct {
	text string
	// more and before say that the sentence goes on after, and began before.
	more, before bool
}

// split takes a passage apart into sentences, by the rules of Unicode, except that
// abbreviations and code don't end one, and that code may begin one. Whether numbers
// with a dot end one depends on the language.
func split(passage string, ordinals bool) []piece {
	var out []piece
	start, end := 0, 0
	flush := func() {
		if text := strings.TrimSpace(passage[start:end]); text != "" {
			out = append(out, cut(text)...)
		}
		start = end
	}
	for iter := sentences.FromString(mask(passage)); iter.Next(); {
		end += len(iter.Value())
		if !endsWithAbbreviation(passage[start:end], passage[end:], ordinals) {
			flush()
		}
	}
	flush()
	return out
}

// mask replaces code, and the first digit of numbers, by as many capitals. By the rules
// of Unicode, neither begins a sentence if a small letter comes next.
func mask(text string) string {
	masked := []byte(text)
	code := false
	for i, c := range masked {
		switch {
		case c == '`':
			code = !code
		case code, c >= '0' && c <= '9' && i > 0 && text[i-1] == ' ':
			masked[i] = 'X'
		}
	}
	return string(masked)
}

// cut takes a sentence that is too long apart between words, or anywhere if it has
// none.
func cut(text string) []piece {
	var out []piece
	for utf8.RuneCountInString(text[:min(len(text), utf8.UTFMax*(maxPieceRunes+1))]) > maxPieceRunes {
		at := offsetOf(text, maxPieceRunes)
		if space := strings.LastIndexByte(text[:at], ' '); space > at/2 {
			at = space
		}
		out = append(out, piece{text: text[:at], more: true, before: len(out) > 0})
		text = strings.TrimSpace(text[at:])
	}
	if text != "" {
		out = append(out, piece{text: text, before: len(out) > 0})
	}
	return out
}

// offsetOf returns the byte at which the character with that number begins.
func offsetOf(text string, character int) int {
	for at := range text {
		if character == 0 {
			return at
		}
		character--
	}
	return len(text)
}

// abbreviations are those whose dot looks like an end, because a name follows.
var abbreviations = map[string]bool{
	"mr": true, "mrs": true, "ms": true, "dr": true, "prof": true, "st": true, "mt": true, "gen": true, "sen": true,
	"vs": true, "e.g": true, "i.e": true, "cf": true, "ed": true, "eds": true, "bzw": true, "z.b": true, "d.h": true,
	"u.a": true, "usw": true, "sr": true, "sra": true, "ud": true, "mme": true, "mlle": true,
}

// numbered are those that a number follows.
var numbered = map[string]bool{
	"no": true, "nos": true, "nr": true, "fig": true, "figs": true, "eq": true, "sec": true, "ch": true, "vol": true, "p": true,
	"pp": true, "art": true, "para": true, "approx": true, "ca": true, "al": true, "op": true, "v": true, "z.b": true,
}

// endsWithAbbreviation reports whether the dot at the end of a text is no end of a
// sentence. After it comes the rest.
func endsWithAbbreviation(text, rest string, ordinals bool) bool {
	text, dotted := strings.CutSuffix(strings.TrimRight(text, " "), ".")
	if !dotted {
		return false
	}
	word := strings.ToLower(strings.TrimLeft(text[strings.LastIndexByte(text, ' ')+1:], "(\"'“«["))
	if strings.Trim(word, "0123456789") == "" {
		return ordinals && len(word) <= 2
	}
	if rest != "" && rest[0] >= '0' && rest[0] <= '9' && numbered[word] {
		return true
	}
	return abbreviations[word] || initial(text)
}

// initial reports whether the text ends with one capital, as of a name. The word I
// does end sentences.
func initial(text string) bool {
	last, size := utf8.DecodeLastRuneInString(text)
	before := text[:len(text)-size]
	return unicode.IsUpper(last) && last != 'I' && (before == "" || strings.HasSuffix(before, " ") || strings.HasSuffix(before, "."))
}
