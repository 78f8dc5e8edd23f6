package executor

import "strings"

const (
	// maxNesting bounds quotes and lists within each other that one line opens.
	maxNesting = 10
	// maxIndent bounds the space that begins a line, in bytes.
	maxIndent = 40
	// maxSigns bounds the signs of one paragraph that may begin emphasis, code,
	// links or HTML.
	maxSigns = 400
	// signs are those.
	signs = "*_[]`~<"
)

// tame takes from a Markdown text what nobody writes and what the parser needs
// quadratic time for: deep nesting, runs of empty lines, and thousands of unclosed
// brackets or stars in one paragraph. Texts come from strangers, and the parser can't
// be interrupted.
func tame(source string) string {
	var out strings.Builder
	out.Grow(len(source))
	left := maxSigns
	empty := false
	for line := range strings.Lines(source) {
		if before := empty; strings.TrimSpace(line) == "" {
			if empty = true; !before {
				out.WriteByte('\n')
			}
			left = maxSigns
			continue
		}
		empty = false
		head, rest := cutNesting(line)
		out.WriteString(head)
		fence := fenceOf(rest)
		if head != "" && strings.Trim(head, " \t") != "" || fence != "" || strings.HasPrefix(rest, "#") || strings.TrimSpace(rest) == "" {
			left = maxSigns // a new block begins
		}
		out.WriteString(fence)
		left = writeSigns(&out, rest[len(fence):], left)
	}
	return out.String()
}

// cutNesting returns the beginning of a line that opens quotes and lists, no deeper
// than allowed, and the rest without such openings.
func cutNesting(line string) (string, string) {
	var head strings.Builder
	depth := 0
	for {
		rest := strings.TrimLeft(line, " \t")
		if indent := len(line) - len(rest); depth <= maxNesting {
			head.WriteString(line[:min(indent, maxIndent)])
		}
		marker := markerOf(rest)
		if marker == "" {
			return head.String(), rest
		}
		if depth++; depth <= maxNesting {
			head.WriteString(marker)
		}
		line = rest[len(marker):]
	}
}

// markerOf returns the sign that opens a quote or an item of a list, or "".
func markerOf(text string) string {
	if text == "" {
		return ""
	}
	end := 1
	switch c := text[0]; {
	case c == '>':
		return ">"
	case strings.IndexByte("-+*", c) >= 0:
	case c >= '0' && c <= '9':
		end = len(text) - len(strings.TrimLeft(text, "0123456789")) + 1
		if end > 10 || end > len(text) || strings.IndexByte(".)", text[end-1]) < 0 {
			return ""
		}
	default:
		return ""
	}
	if end < len(text) && strings.IndexByte(" \t\n", text[end]) < 0 {
		return ""
	}
	return text[:end]
}

// fenceOf returns the signs that open or close a block of code, or "".
func fenceOf(text string) string {
	for _, sign := range []string{"`", "~"} {
		if n := len(text) - len(strings.TrimLeft(text, sign)); n >= 3 {
			return text[:n]
		}
	}
	return ""
}

// writeSigns writes text with so many signs and spaces for the others, and returns how
// many are left.
func writeSigns(out *strings.Builder, text string, left int) int {
	for i := range len(text) {
		if strings.IndexByte(signs, text[i]) < 0 {
			out.WriteByte(text[i])
			continue
		}
		if left > 0 {
			out.WriteByte(text[i])
			left--
			continue
		}
		out.WriteByte(' ')
	}
	return left
}
