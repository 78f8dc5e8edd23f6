package executor

import (
	"context"
	"fmt"
	"maps"
	"mime"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The skills of Embedded.
const (
	// SkillSummarize picks the most important sentences of a text.
	SkillSummarize = "text.summarize"
	// SkillKeywords lists what a text is about.
	SkillKeywords = "text.keywords"
)

// The parameters of Embedded.
const (
	// ParamMaxSentences is for text.summarize: 1 to 50. The default grows with the
	// text, from 3 to 10.
	ParamMaxSentences = "max_sentences"
	// ParamMaxKeywords is for both skills: 0 to 50, and 10 by default.
	ParamMaxKeywords = "max_keywords"
)

const (
	// MaxInputBytes bounds the text: 4 MiB, which is more than a long book.
	MaxInputBytes = 4 << 20

	maxSentences    = 50
	maxKeywords     = 50
	defaultKeywords = 10

	markdownType = "text/markdown"
	plainType    = "text/plain"
)

// Embedded works on texts without a model, a network or randomness: the same task
// gives the same output. It takes text/plain and text/markdown in UTF-8 and answers in
// Markdown. It knows the common words of English, French, Hungarian, Norwegian,
// Russian, Spanish and Swedish, and makes do without them for other languages.
//
// The zero value is ready.
type Embedded struct{}

var _ Executor = Embedded{}

// Name implements Executor.
func (Embedded) Name() string { return "embedded" }

// Skills implements Executor.
func (Embedded) Skills() []string { return []string{SkillKeywords, SkillSummarize} }

// Run implements Executor.
func (Embedded) Run(ctx context.Context, task Task) (Output, error) {
	wanted, err := parseWanted(task)
	if err != nil {
		return Output{}, err
	}
	doc, err := read(ctx, task)
	if err != nil {
		return Output{}, err
	}
	text, err := analyse(ctx, doc)
	if err != nil {
		return Output{}, err
	}
	if len(text.sentences) == 0 {
		return Output{}, &InputError{"input", "expected sentences, got a text that has only code, tables or signs"}
	}
	var body string
	if task.Skill == SkillKeywords {
		body = keywordReport(text, wanted.keywords)
	} else {
		chosen, err := text.summarize(ctx, wanted.sentences)
		if err != nil {
			return Output{}, err
		}
		body = summaryReport(text, chosen, wanted.keywords)
	}
	if err := ctx.Err(); err != nil {
		return Output{}, err
	}
	return Output{MediaType: markdownType, Body: []byte(body)}, nil
}

// wanted is how much is asked for. Zero sentences means what suits the text.
type wanted struct{ sentences, keywords int }

func parseWanted(task Task) (wanted, error) {
	known := map[string][]string{
		SkillSummarize: {ParamMaxKeywords, ParamMaxSentences},
		SkillKeywords:  {ParamMaxKeywords},
	}[task.Skill]
	if known == nil {
		return wanted{}, &InputError{"skill", fmt.Sprintf("expected %s or %s, got %q", SkillSummarize, SkillKeywords, task.Skill)}
	}
	for _, name := range slices.Sorted(maps.Keys(task.Parameters)) {
		if !slices.Contains(known, name) {
			return wanted{}, &InputError{"parameters", fmt.Sprintf("expected %s, got %q", strings.Join(known, " or "), name)}
		}
	}
	w := wanted{keywords: defaultKeywords}
	if err := number(task, ParamMaxSentences, 1, maxSentences, &w.sentences); err != nil {
		return wanted{}, err
	}
	lowest := 0
	if task.Skill == SkillKeywords {
		lowest = 1
	}
	if err := number(task, ParamMaxKeywords, lowest, maxKeywords, &w.keywords); err != nil {
		return wanted{}, err
	}
	return w, nil
}

// number sets a value from a parameter, if that is there.
func number(task Task, name string, lowest, highest int, value *int) error {
	text, ok := task.Parameters[name]
	if !ok {
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < lowest || n > highest {
		return &InputError{name, fmt.Sprintf("expected a number from %d to %d, got %.40q", lowest, highest, text)}
	}
	*value = n
	return nil
}

// read checks the input and reduces it to prose.
func read(ctx context.Context, task Task) (document, error) {
	base, params, err := mime.ParseMediaType(task.MediaType)
	if err != nil || (base != markdownType && base != plainType) {
		return document{}, &InputError{"media type", fmt.Sprintf("expected %s or %s, got %.128q", plainType, markdownType, task.MediaType)}
	}
	if charset := strings.ToLower(params["charset"]); charset != "" && charset != "utf-8" && charset != "us-ascii" {
		return document{}, &InputError{"media type", fmt.Sprintf("expected charset utf-8, got %.40q", charset)}
	}
	text := strings.TrimPrefix(string(task.Input), "\ufeff")
	switch {
	case len(task.Input) > MaxInputBytes:
		return document{}, &InputError{"input", fmt.Sprintf("expected at most %d bytes, got %d", MaxInputBytes, len(task.Input))}
	case !utf8.ValidString(text):
		return document{}, &InputError{"input", "expected UTF-8, got bytes that are not"}
	case strings.TrimSpace(text) == "":
		return document{}, &InputError{"input", "expected a text, got nothing"}
	}
	text = printable(text)
	if base == plainType {
		return readPlain(text), nil
	}
	return readMarkdown(ctx, text)
}
