package executor

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// summaryReport is what the client gets for text.summarize.
func summaryReport(a *analysed, chosen []int, keywords int) string {
	var out strings.Builder
	writeTitle(&out, "Summary", a.title)
	picked, section := 0, ""
	for _, at := range chosen {
		s := a.sentences[at]
		out.WriteString("- ")
		// Under its heading, a sentence says more than alone.
		if s.section != section && s.section != "" {
			fmt.Fprintf(&out, "**%s** - ", quote(cut(s.section)[0]))
		}
		fmt.Fprintf(&out, "%s\n", quote(s.piece))
		picked, section = picked+s.words, s.section
	}
	if found := a.keywords(keywords); len(found) > 0 {
		texts := make([]string, 0, len(found))
		for _, k := range found {
			texts = append(texts, escape(k.text))
		}
		fmt.Fprintf(&out, "\n**Keywords:** %s\n", strings.Join(texts, ", "))
	}
	fmt.Fprintf(&out, "\n*%s of %s, %s of %s (%s), as they stand. Code, tables and addresses don't count.",
		thousands(len(chosen)), plural(len(a.sentences), "sentence"), thousands(picked), plural(a.words, "word"), percent(picked, a.words))
	writeCut(&out, a)
	if len(a.sentences) > maxRanked {
		fmt.Fprintf(&out, " The %s sentences with the most frequent words were compared.", thousands(maxRanked))
	}
	out.WriteString("*\n")
	return out.String()
}

// keywordReport is what the client gets for text.keywords.
func keywordReport(a *analysed, keywords int) string {
	var out strings.Builder
	writeTitle(&out, "Keywords", a.title)
	for _, k := range a.keywords(keywords) {
		fmt.Fprintf(&out, "- %s (%s)\n", escape(k.text), thousands(k.count))
	}
	fmt.Fprintf(&out, "\n*From %s with %s.", plural(len(a.sentences), "sentence"), plural(a.words, "word"))
	writeCut(&out, a)
	out.WriteString("*\n")
	return out.String()
}

// writeCut says that the text is longer than what was read.
func writeCut(out *strings.Builder, a *analysed) {
	if a.cut {
		fmt.Fprintf(out, " The text was read up to sentence %s.", thousands(maxRead))
	}
}

func writeTitle(out *strings.Builder, what, title string) {
	if title == "" {
		fmt.Fprintf(out, "# %s\n\n", what)
		return
	}
	fmt.Fprintf(out, "# %s: %s\n\n", what, quote(cut(title)[0]))
}

// quote writes a sentence so that it shows as it was, code included.
func quote(p piece) string {
	var out strings.Builder
	if p.before {
		out.WriteString("… ")
	}
	parts := strings.Split(p.text, "`")
	for i, part := range parts {
		if code := i%2 == 1; code && i < len(parts)-1 {
			out.WriteString("`" + part + "`")
		} else {
			out.WriteString(escape(part))
		}
	}
	if p.more {
		out.WriteString(" …")
	}
	return escapeStart(out.String())
}

// entity is what Markdown would replace by one character.
var entity = regexp.MustCompile(`&(#?\w{1,31};)`)

// escape takes the meaning in Markdown off the characters of a text, and leaves alone
// those that have none where they stand: people may read the source.
func escape(text string) string {
	var out strings.Builder
	for i, r := range text {
		if meansMarkup(r, text, i) {
			out.WriteByte('\\')
		}
		out.WriteRune(r)
	}
	return entity.ReplaceAllString(out.String(), `\&$1`)
}

func meansMarkup(r rune, text string, at int) bool {
	next, _ := utf8.DecodeRuneInString(text[at+utf8.RuneLen(r):])
	switch r {
	case '\\', '`', '[':
		return true
	case '_':
		return !insideWord(text, at)
	case '*', '~':
		return !strings.HasPrefix(text[at+1:], " ") || !strings.HasSuffix(text[:at], " ")
	case '<':
		return unicode.IsLetter(next) || strings.ContainsRune("/!?", next)
	}
	return false
}

// insideWord reports whether letters or digits are on both sides of the byte.
func insideWord(text string, at int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	after, _ := utf8.DecodeRuneInString(text[at+1:])
	letter := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }
	return letter(before) && letter(after)
}

// blockStart is what would open a heading or a list at the beginning of a line.
var blockStart = regexp.MustCompile(`^([#>]|[-+](\s|$)|=|\d{1,9}[.)](\s|$))`)

func escapeStart(text string) string {
	switch start := blockStart.FindString(text); {
	case start == "":
		return text
	case unicode.IsDigit(rune(start[0])):
		at := strings.IndexAny(text, ".)")
		return text[:at] + `\` + text[at:]
	default:
		return `\` + text
	}
}

// thousands writes a number with commas.
func thousands(n int) string {
	text := strconv.Itoa(n)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

func plural(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return thousands(n) + " " + noun
}

// percent rounds down.
func percent(part, whole int) string {
	if part*100 < whole {
		return "under 1 %"
	}
	return fmt.Sprintf("%d %%", part*100/whole)
}
