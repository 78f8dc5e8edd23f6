package executor

import (
	"strings"
	"unicode"
)

// document is a text reduced to what can be summarised.
type document struct {
	// title is empty if there is none.
	title    string
	headings []string
	passages []passage
}

// passage is a paragraph, or an item of a list, on one line. Backticks enclose code.
type passage struct {
	text string
	item bool
	// section is the heading it stands under; empty under the title, or none.
	section string
}

// add keeps a passage that says something.
func (d *document) add(text string, item bool) {
	if text = oneLine(text); strings.ContainsFunc(text, unicode.IsLetter) {
		p := passage{text: text, item: item}
		if n := len(d.headings); n > 0 && d.headings[n-1] != d.title {
			p.section = d.headings[n-1]
		}
		d.passages = append(d.passages, p)
	}
}

// addHeading keeps a heading; the first is the title.
func (d *document) addHeading(text string) {
	if text = oneLine(text); text == "" {
		return
	}
	if d.title == "" && len(d.passages) == 0 {
		d.title = text
	}
	d.headings = append(d.headings, text)
}

// maxTitleRunes bounds what passes for the title of a plain text.
const maxTitleRunes = 80

// readPlain takes paragraphs apart at empty lines, and lists at their markers. A
// first line that stands alone and is no sentence is the title.
func readPlain(text string) document {
	var d document
	var lines []string
	item := false
	flush := func() {
		joined := strings.Join(lines, " ")
		if len(lines) == 1 && len(d.passages) == 0 && len(d.headings) == 0 && !item && titleLike(joined) {
			d.addHeading(joined)
		} else {
			d.add(joined, item)
		}
		lines, item = nil, false
	}
	// Backticks have no meaning here, and would have one in the report.
	for line := range strings.Lines(strings.ReplaceAll(text, "`", "'")) {
		line = strings.TrimSpace(line)
		rest, marked := cutMarker(line)
		if line == "" || marked {
			flush()
			item = marked
		}
		if rest != "" {
			lines = append(lines, rest)
		}
	}
	flush()
	return d
}

// cutMarker takes the marker of a list off a line.
func cutMarker(line string) (string, bool) {
	for _, marker := range []string{"- ", "* ", "+ ", "• ", "– "} {
		if rest, ok := strings.CutPrefix(line, marker); ok {
			return strings.TrimSpace(rest), true
		}
	}
	digits := strings.TrimLeft(line, "0123456789")
	if n := len(line) - len(digits); n > 0 && n <= 3 && (strings.HasPrefix(digits, ". ") || strings.HasPrefix(digits, ") ")) {
		return strings.TrimSpace(digits[2:]), true
	}
	return line, false
}

func titleLike(line string) bool {
	return len([]rune(line)) <= maxTitleRunes && !endsSentence(line) && strings.ContainsFunc(line, unicode.IsLetter)
}

// endsSentence reports whether the text ends as sentences do, in any script.
func endsSentence(text string) bool {
	text = strings.TrimRight(text, "\"'”’»)]*_ `")
	for _, end := range []string{".", "!", "?", "…", "。", "！", "？", "।", "؟", "۔", "։", "።"} {
		if strings.HasSuffix(text, end) {
			return true
		}
	}
	return false
}

// oneLine makes every run of space one space.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// printable replaces control characters, which could act on a terminal, by spaces.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return ' '
		}
		return r
	}, strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n"))
}
