package executor

import "strings"

// portionBytes is how much of a Markdown text is parsed at a time: the parser needs
// some hundred times as much memory.
const portionBytes = 128 << 10

// portions takes a long text apart where a block begins, or at any line if none does
// for too long. Code stays code: a portion that begins inside of it opens it anew.
func portions(source string) []string {
	var out []string
	start, end := 0, 0
	fence, opener := "", ""
	afterBlank := false
	for line := range strings.Lines(source) {
		size := end - start
		begins := afterBlank && fence == "" && strings.TrimLeft(line[:1], " \t") != ""
		if size >= 2*portionBytes || size >= portionBytes && begins {
			out = append(out, opener+source[start:end])
			start = end
			if opener = ""; fence != "" {
				opener = fence + "\n"
			}
		}
		end += len(line)
		fence = fenceAfter(fence, line)
		afterBlank = strings.TrimSpace(line) == ""
	}
	return append(out, opener+source[start:end])
}

// fenceAfter returns what the block of code, in which the next line is, was opened
// with; "" if there is none.
func fenceAfter(fence, line string) string {
	line = strings.TrimSpace(line)
	sign := fenceOf(line)
	info := line[len(sign):]
	switch {
	case sign == "":
		return fence
	case fence == "" && (sign[0] == '~' || !strings.Contains(info, "`")):
		return sign
	case fence != "" && strings.HasPrefix(sign, fence) && info == "":
		return ""
	default:
		return fence
	}
}
