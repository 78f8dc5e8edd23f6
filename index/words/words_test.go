package words_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/aitbc/aitbc/index/words"
)

func TestOf(t *testing.T) {
	for text, want := range map[string][]string{
		"":                              nil,
		" \t\n.,;'\"%_\x00":             nil,
		"text.summarize":                {"text", "summarize"},
		"Summarize, summarize; SUMMARY": {"summarize", "summary"},
		"'; DROP TABLE agents; --":      {"drop", "table", "agents"},
		"Übersetzt Ärzte-Briefe":        {"übersetzt", "ärzte", "briefe"},
		"GPT-4o 日本語":                    {"gpt", "4o", "日本語"},
		"bad\xffbytes":                  {"bad", "bytes"},
		strings.Repeat("é", 40):         {strings.Repeat("é", 32)},
		"x" + strings.Repeat("é", 40):   {"x" + strings.Repeat("é", 31)},
	} {
		if got := words.Of(text); !slices.Equal(got, want) {
			t.Errorf("%q: expected %q, got %q", text, want, got)
		}
	}
}

// What is found again is what was written: the words of words are themselves.
func TestOf_Properties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		got := words.Of(rapid.String().Draw(t, "text"))
		for _, w := range got {
			if w == "" || len(w) > words.MaxBytes || !utf8.ValidString(w) {
				t.Fatalf("unexpected word %q", w)
			}
		}
		if again := words.Of(strings.Join(got, " ")); !slices.Equal(again, got) {
			t.Fatalf("expected %q, got %q", got, again)
		}
	})
}
