package executor_test

import (
	"strings"
	"testing"

	"github.com/aitbc/aitbc/agent/executor"
)

func TestLanguages(t *testing.T) {
	for _, c := range []struct{ name, text, keyword, not string }{
		{
			"German", "Die Kartoffel kam im 16. Jahrhundert nach Europa. Die Kartoffel ernährte viele Menschen in Europa. " +
				"Allerdings vernichtete eine Krankheit die Kartoffel in Irland, und viele wanderten aus. Heute wird die Kartoffel weltweit angebaut.",
			"kartoffel", "die",
		},
		{
			"French", "La tour de Pise penche depuis des siècles. Les visiteurs de la tour viennent de loin pour l'admirer. " +
				"Dans les années 1990, des ingénieurs ont stabilisé la tour avec du plomb. La tour est de nouveau ouverte.",
			"tour", "des",
		},
		{
			"Russian", "Байкал — самое глубокое озеро на планете. Озеро содержит много пресной воды. " +
				"Вода в озере прозрачна, и озеро замерзает зимой. На берегу озера мягкий климат.",
			"озеро", "на",
		},
		{
			"Spanish", "La torre de Pisa está inclinada. Los ingenieros estabilizaron la torre con plomo. " +
				"La torre es visitada por muchas personas. Desde la torre se ve la ciudad.",
			"torre", "la",
		},
		{
			"Chinese", "长城是中国古代的工程。长城东起山海关。明朝时期，长城得到了修建。今天，长城是著名的景点。",
			"长城", "",
		},
		{
			"Japanese", "東京タワーは東京にある塔です。東京タワーは赤い色をしています。多くの人が東京タワーを訪れます。",
			"東京", "",
		},
		{
			"Arabic", "برج بيزا هو برج مائل في إيطاليا. يزور السياح برج بيزا كل عام. يبلغ ارتفاع برج بيزا حوالي ستة وخمسين مترا.",
			"بيزا", "هو",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			words := run(t, task(executor.SkillKeywords, plain, c.text))
			found := false
			for _, word := range points(words) {
				word, _, _ = strings.Cut(word, " (")
				found = found || word == c.keyword
				if word == c.not {
					t.Errorf("%q is a keyword", word)
				}
			}
			if !found {
				t.Errorf("%q is no keyword:\n%s", c.keyword, words)
			}
			got := points(summary(t, plain, c.text, executor.ParamMaxSentences, "1"))
			if len(got) != 1 || !strings.Contains(c.text, got[0]) {
				t.Errorf("got %q", got)
			}
		})
	}
}

// Where sentences end is seen by what is chosen: each of these is one sentence.
func TestOneSentence(t *testing.T) {
	for _, text := range []string{
		"Dr. J. Smith met Mrs. Jones at 10 a.m. in the tower.",
		"It weighs approx. 5 tons, e.g. with water, cf. Fig. 3 and No. 7.",
		"Version 1.2.3 of example.org costs 5.50 euros...and leans.",
		"Die Kartoffel kam im 16. Jahrhundert auf deutschen Schiffen nach Europa.",
	} {
		if got := points(summary(t, plain, text)); len(got) != 1 || strings.ReplaceAll(got[0], `\`, "") != text {
			t.Errorf("%q is cut to %q", text, got)
		}
	}
	for _, c := range []struct{ text, want string }{
		{"The tower leans by four degrees now. 12 visitors came.", "The tower leans by four degrees now."},
		{"The tower is listed in `towers.json`. `make towers` lists all of them again.", "The tower is listed in `towers.json`."},
		{"The tower leans since 1990. Nobody knows for how long it will.", "The tower leans since 1990."},
		{"塔很高而且很斜。人们来看它。", "塔很高而且很斜。"},
	} {
		if got := points(summary(t, markdown, c.text)); len(got) != 1 || got[0] != c.want {
			t.Errorf("%q: expected %q, got %q", c.text, c.want, got)
		}
	}
}
