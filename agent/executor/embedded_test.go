package executor_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/aitbc/aitbc/agent/executor"
	"github.com/aitbc/aitbc/testutil/golden"
)

const (
	markdown = "text/markdown"
	plain    = "text/plain; charset=UTF-8"
)

func task(skill, mediaType, input string, parameters ...string) executor.Task {
	t := executor.Task{Skill: skill, MediaType: mediaType, Input: []byte(input), Parameters: map[string]string{}}
	for i := 0; i < len(parameters); i += 2 {
		t.Parameters[parameters[i]] = parameters[i+1]
	}
	return t
}

// run returns the report, which must be Markdown in valid UTF-8.
func run(t *testing.T, task executor.Task) string {
	t.Helper()
	out, err := executor.Embedded{}.Run(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	if out.MediaType != markdown || len(out.Body) == 0 {
		t.Fatalf("got %d bytes of %q", len(out.Body), out.MediaType)
	}
	return string(out.Body)
}

func summary(t *testing.T, mediaType, input string, parameters ...string) string {
	t.Helper()
	return run(t, task(executor.SkillSummarize, mediaType, input, parameters...))
}

// points returns the sentences of a summary, or the words of a list.
func points(report string) []string {
	var out []string
	for line := range strings.Lines(report) {
		if point, ok := strings.CutPrefix(line, "- "); ok {
			out = append(out, strings.TrimSpace(point))
		}
	}
	return out
}

func fixture(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// The reports are what people pay for: read the difference before updating.
func TestGoldenReports(t *testing.T) {
	for _, c := range []struct{ input, mediaType, skill, golden string }{
		{"readme.md", markdown, executor.SkillSummarize, "readme.summary"},
		{"readme.md", markdown, executor.SkillKeywords, "readme.keywords"},
		{"minutes.txt", plain, executor.SkillSummarize, "minutes.summary"},
	} {
		t.Run(c.golden, func(t *testing.T) {
			got := run(t, task(c.skill, c.mediaType, fixture(t, c.input)))
			golden.Check(t, c.golden, got)
		})
	}
}

func TestTheSameEachTime(t *testing.T) {
	// All words of the second are worth the same, in two forms each.
	ties := "The tower is of the towers. The bell is of the bells. The stone is of the stones. The ground is of the grounds."
	for _, input := range []string{fixture(t, "readme.md"), ties} {
		for _, skill := range (executor.Embedded{}).Skills() {
			first := run(t, task(skill, markdown, input))
			for range 20 {
				if again := run(t, task(skill, markdown, input)); again != first {
					t.Fatalf("%s differs:\n%s\n%s", skill, first, again)
				}
			}
		}
	}
}

func TestSummaryIsOfTheText(t *testing.T) {
	input := fixture(t, "minutes.txt")
	flat := strings.Join(strings.Fields(input), " ")
	got := summary(t, plain, input)
	if !strings.HasPrefix(got, "# Summary: Minutes of the harbour committee, 3 March\n") {
		t.Errorf("it begins with %.60s", got)
	}
	last := -1
	for _, sentence := range points(got) {
		at := strings.Index(flat, sentence)
		if at <= last {
			t.Errorf("%q is not in the text, or not in its order", sentence)
		}
		last = at
	}
	figures := regexp.MustCompile(`(\d+) of (\d+) words`).FindStringSubmatch(got)
	if figures == nil || figures[2] != "206" {
		t.Errorf("the counts are %v", figures)
	}
}

func TestParameters(t *testing.T) {
	input := fixture(t, "readme.md")
	if got := points(summary(t, markdown, input, executor.ParamMaxSentences, "2")); len(got) != 2 {
		t.Errorf("expected 2 sentences, got %q", got)
	}
	if got := summary(t, markdown, input, executor.ParamMaxKeywords, "0"); strings.Contains(got, "Keywords") {
		t.Errorf("expected no keywords, got %s", got)
	}
	if got := points(run(t, task(executor.SkillKeywords, markdown, input, executor.ParamMaxKeywords, "3"))); len(got) != 3 {
		t.Errorf("expected 3 keywords, got %q", got)
	}
	// However many are asked for, a summary is shorter than the text.
	if got := summary(t, markdown, input, executor.ParamMaxSentences, "50"); !regexp.MustCompile(`\((2\d|30) %\)`).MatchString(got) {
		t.Errorf("expected 20 to 30 %% of the words, got %s", got)
	}
}

func TestWhatIsRefused(t *testing.T) {
	for _, c := range []struct {
		task  executor.Task
		field string
	}{
		{task("image.paint", markdown, "Text."), "skill"},
		{task("", markdown, "Text."), "skill"},
		{task(executor.SkillSummarize, "", "Text."), "media type"},
		{task(executor.SkillSummarize, "text/html", "Text."), "media type"},
		{task(executor.SkillSummarize, "text/plain; charset=latin1", "Text."), "media type"},
		{task(executor.SkillSummarize, plain, ""), "input"},
		{task(executor.SkillSummarize, plain, "\ufeff \n\t"), "input"},
		{task(executor.SkillSummarize, plain, "caf\xe9"), "input"},
		{task(executor.SkillSummarize, plain, strings.Repeat("a b. ", executor.MaxInputBytes/5+1)), "input"},
		{task(executor.SkillSummarize, plain, "... --- ..."), "input"},
		{task(executor.SkillSummarize, plain, "12 34 56."), "input"},
		{task(executor.SkillSummarize, markdown, "```\ncode only\n```\n\n| a | b |\n|---|---|\n| table | only |\n"), "input"},
		{task(executor.SkillSummarize, markdown, "# Only a heading\n"), "input"},
		{task(executor.SkillSummarize, plain, "Text.", "language", "en"), "parameters"},
		{task(executor.SkillKeywords, plain, "Text.", executor.ParamMaxSentences, "3"), "parameters"},
		{task(executor.SkillSummarize, plain, "Text.", executor.ParamMaxSentences, "0"), executor.ParamMaxSentences},
		{task(executor.SkillSummarize, plain, "Text.", executor.ParamMaxSentences, "51"), executor.ParamMaxSentences},
		{task(executor.SkillSummarize, plain, "Text.", executor.ParamMaxSentences, "many"), executor.ParamMaxSentences},
		{task(executor.SkillKeywords, plain, "Text.", executor.ParamMaxKeywords, "0"), executor.ParamMaxKeywords},
	} {
		out, err := executor.Embedded{}.Run(t.Context(), c.task)
		var refusal *executor.InputError
		if !errors.As(err, &refusal) || refusal.Field != c.field || !strings.HasPrefix(err.Error(), c.field+": expected ") || out.Body != nil {
			t.Errorf("%s %s %.20q %v: expected a refusal of %s, got %v", c.task.Skill, c.task.MediaType, c.task.Input, c.task.Parameters, c.field, err)
		}
	}
}

func TestCancelling(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, mediaType := range []string{plain, markdown} {
		for _, skill := range (executor.Embedded{}).Skills() {
			out, err := executor.Embedded{}.Run(ctx, task(skill, mediaType, "One sentence. And another one."))
			if !errors.Is(err, context.Canceled) || out.Body != nil {
				t.Errorf("%s of %s: got %v", skill, mediaType, err)
			}
		}
	}
}

func TestMarkdownIsReducedToProse(t *testing.T) {
	input := `---
layout: secret_setting
---
# The *Tower* of [Pisa](https://example.org/secret_address)

[![build](https://ci.example.org/secret_badge.svg)](https://ci.example.org)

The tower of Pisa leans by **four degrees** because its [ground](https://example.org/secret_link "secret_title") is soft,
and it has eight floors. See <https://example.org/secret_auto> or https://example.org/secret_bare for the tower of Pisa.
The builders of the tower wrote ` + "`lean(4)`" + ` and 2 &lt; 3 into the ground of Pisa. ~~secret_struck~~

<!-- secret_comment -->
<div>secret_html</div>

    secret_indented()

` + "```go\nsecret_fenced()\n\n# secret_inside\n```" + `

| secret_column | b |
|---|---|
| secret_cell | c |

> A visitor of the tower in Pisa should bring good shoes.

1. The first item of the list is about the tower of Pisa.
   - The item within the item is about the ground of Pisa.
- [x] The task of the tower is to stand.
`
	got := summary(t, markdown, input, executor.ParamMaxSentences, "50", executor.ParamMaxKeywords, "50")
	if strings.Contains(got, "secret") {
		t.Errorf("what is no prose is in the summary:\n%s", got)
	}
	if !strings.HasPrefix(got, "# Summary: The Tower of Pisa\n") {
		t.Errorf("it begins with %.60s", got)
	}
	if !strings.Contains(got, " of 7 sentences, ") {
		t.Errorf("expected 7 sentences in the text:\n%s", got)
	}
}

func TestShortTextsHaveKeywords(t *testing.T) {
	if got := points(run(t, task(executor.SkillKeywords, plain, "The tower of Pisa leans."))); len(got) != 3 {
		t.Errorf("expected each word that says something, got %q", got)
	}
}

// What is quoted shows as it was, and can't become markup of the report.
func TestQuoting(t *testing.T) {
	for _, c := range []struct{ mediaType, input, want string }{
		{plain, "# The <b>tower</b> leans & [leans](http://x).", `\# The \<b>tower\</b> leans & \[leans](http://x).`},
		{plain, "The file snake_case_name costs 2 * 3 < 7 _dollars_.", `The file snake_case_name costs 2 * 3 < 7 \_dollars\_.`},
		{plain, "Escapes &lt;script&gt; and `ticks` of R&D.", `Escapes \&lt;script\&gt; and 'ticks' of R&D.`},
		{plain, "2024) was a good year for towers.", `2024\) was a good year for towers.`},
		{plain, "> The tower was quoted.", `\> The tower was quoted.`},
		{plain, "A\x1b[31m red\x07 tower\r\nof two lines.", `A \[31m red tower of two lines.`},
		{markdown, "Call `a*b[0]` and \\*that\\* is `<all>`.", "Call `a*b[0]` and \\*that\\* is `<all>`."},
		{markdown, "A \\` alone is no `code`.", "A ' alone is no `code`."},
	} {
		if got := points(summary(t, c.mediaType, c.input)); len(got) != 1 || got[0] != c.want {
			t.Errorf("%q: expected %q, got %q", c.input, c.want, got)
		}
	}
}

// Whatever it is given, it answers the same twice, or refuses for the input's sake.
func TestAnyText(t *testing.T) {
	words := rapid.SampledFrom([]string{
		"tower", "Tower", "leans", "the", "of", "Dr.", "e.g.", "3.", ".", "?", ":", "\n", "\n\n", "- ", "> ", "# ", "`", "```", "```\n",
		"*", "_", "[a](b)", "[", "](", "<b>", "<!--", "|", "|-|\n", "&amp;", "\t", "    ", "塔", "ま", "ท", "é", "\u0301", "🗼", "\u202e", "'", "’", "--", "---\n", "\\",
	})
	rapid.Check(t, func(t *rapid.T) {
		input := strings.Join(rapid.SliceOfN(words, 0, 200).Draw(t, "words"), rapid.SampledFrom([]string{"", " "}).Draw(t, "between"))
		if rapid.Bool().Draw(t, "any") {
			input = rapid.String().Draw(t, "input")
		}
		job := task(rapid.SampledFrom(executor.Embedded{}.Skills()).Draw(t, "skill"), rapid.SampledFrom([]string{plain, markdown}).Draw(t, "type"), input)
		out, err := executor.Embedded{}.Run(context.Background(), job)
		var refusal *executor.InputError
		if err != nil && !errors.As(err, &refusal) {
			t.Fatal(err)
		}
		again, _ := executor.Embedded{}.Run(context.Background(), job)
		if string(out.Body) != string(again.Body) {
			t.Fatalf("two answers:\n%s\n%s", out.Body, again.Body)
		}
		if bytes.ContainsRune(out.Body, '\x1b') {
			t.Fatalf("a control character is left in %q", out.Body)
		}
	})
}
