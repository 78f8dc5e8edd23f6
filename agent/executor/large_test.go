package executor_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aitbc/aitbc/agent/executor"
)

// full repeats a text to 1 MiB.
func full(text string) string {
	return strings.Repeat(text, 1<<20/len(text))
}

// Nothing that a stranger can send takes for ever: a quadratic step here would take
// minutes.
func TestHugeInputs(t *testing.T) {
	nested := ""
	for depth := range 1000 {
		nested += strings.Repeat("  ", depth) + "- a\n"
	}
	for name, c := range map[string]struct {
		mediaType, input string
		refused          bool
	}{
		"one line":       {plain, full("word and more words "), false},
		"one word":       {plain, full("a"), false},
		"only signs":     {plain, full(".?! "), true},
		"only code":      {markdown, full("```\ncode()\n```\n\n"), true},
		"open code":      {markdown, "```\n" + full("code line\n")[8:], true},
		"only a table":   {markdown, full("|a|b|\n|-|-|\n|c|d|\n\n"), true},
		"one sentence":   {plain, full("The same sentence about towers. "), false},
		"Chinese":        {plain, full("比萨斜塔是一座塔。"), false},
		"Thai":           {plain, full("หอเอนเมืองปิซา"), false},
		"abbreviations":  {plain, full("Dr. "), false},
		"brackets":       {markdown, full("[]("), true},
		"open links":     {markdown, full("[a]("), false},
		"emphasis":       {markdown, full("**a_"), false},
		"ticks":          {markdown, full("` `` "), true},
		"tags":           {markdown, full("<a "), false},
		"quotes":         {markdown, full("> "), true},
		"lists":          {markdown, full("> - "), true},
		"numbers":        {markdown, full("1. "), true},
		"items":          {markdown, full("- a\n"), false},
		"references":     {markdown, full("[a]: b\n"), false},
		"empty lines":    {markdown, nested + full("\n")[len(nested):], false},
		"bad paragraphs": {markdown, full(strings.Repeat("**a_", 99) + "\n\n"), false},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := executor.Embedded{}.Run(t.Context(), task(executor.SkillSummarize, c.mediaType, c.input))
			var refusal *executor.InputError
			if c.refused != errors.As(err, &refusal) || !c.refused && err != nil {
				t.Fatalf("got %v", err)
			}
			if len(out.Body) > 16<<10 {
				t.Fatalf("the summary has %d bytes", len(out.Body))
			}
		})
	}
}

func TestManySentences(t *testing.T) {
	var text strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&text, "Tower %d leans. ", i)
	}
	got := summary(t, plain, text.String())
	if !strings.Contains(got, " of 100,000 sentences") || !strings.Contains(got, "The 2,000 sentences with the most frequent words were compared.") {
		t.Errorf("it doesn't say what was compared: %s", got)
	}
	text.WriteString("And one more.")
	got = summary(t, plain, text.String())
	if !strings.Contains(got, "The text was read up to sentence 100,000.") {
		t.Errorf("it doesn't say where it stopped: %s", got)
	}
}

// A long text is parsed in parts; the seams must not show.
func TestLongMarkdown(t *testing.T) {
	block := "The tower leans, and people come to see it.\n\n```\nsecret := 1\n\n# secret heading\n\nsecret prose.\n```\n\n"
	for _, input := range []string{
		full(block),
		"~~~ go\n" + strings.Repeat("secret line\n\n", 50_000) + "~~~\n\nThe tower leans.\n",
		"~~~ go\n" + strings.Repeat("secret line\n", 50_000) + "```\nsecret\n~~~\n\nThe tower leans.\n",
	} {
		got := summary(t, markdown, input, executor.ParamMaxSentences, "50", executor.ParamMaxKeywords, "50")
		if strings.Contains(got, "secret") || !strings.Contains(got, "tower") {
			t.Errorf("code is taken for prose:\n%s", got)
		}
	}
}
