package main

import (
	"io"
	"os"
	"slices"
	"unicode/utf8"

	"golang.org/x/term"
)

const (
	// columnGap is what table puts between columns.
	columnGap = 2
	// leastColumn is the least width that a column is cut to.
	leastColumn = 8
)

// fitTable writes rows in aligned columns. On a terminal, the widest columns are cut so
// that each row stays on its line.
func fitTable(w io.Writer, rows [][]string) error {
	return table(w, fit(rows, widthOf(w)))
}

// widthOf returns the width of a terminal in characters, and 0 for all else.
func widthOf(w io.Writer) int {
	file, ok := w.(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// fit cuts texts so that no row is wider than a width, as far as that is possible. 0 is
// any width.
func fit(rows [][]string, width int) [][]string {
	widths := []int{}
	for _, row := range rows {
		for i, text := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(text))
		}
	}
	total := columnGap * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	for ; width > 0 && total > width; total-- {
		widest := slices.Index(widths, slices.Max(widths))
		if widths[widest] <= leastColumn {
			break
		}
		widths[widest]--
	}
	out := make([][]string, len(rows))
	for n, row := range rows {
		for i, text := range row {
			if utf8.RuneCountInString(text) > widths[i] {
				text = string([]rune(text)[:widths[i]-1]) + "…"
			}
			out[n] = append(out[n], text)
		}
	}
	return out
}
