package query

import (
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cosmos/cosmos-sdk/codec/address"

	"github.com/aitbc/aitbc/index/words"
	"github.com/aitbc/aitbc/types"
	"github.com/aitbc/aitbc/types/match"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
)

// Bounds of what is asked.
const (
	maxTextChars  = 200
	maxWords      = 16
	maxList       = 16
	maxTagChars   = 32
	maxLabelChars = 128
	maxPage       = 100
	defaultPage   = 20
)

var addresses = address.NewBech32Codec(types.AddressPrefix)

// checks runs checks up to the first that fails.
func checks(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

// pageLimit returns how many rows a page has.
func pageLimit(asked uint32) (int, error) {
	switch {
	case asked == 0:
		return defaultPage, nil
	case asked > maxPage:
		return 0, invalid("limit: expected 1 to %d, got %d", maxPage, asked)
	}
	return int(asked), nil
}

// checkNumber wants a number that the database can hold.
func checkNumber(field string, n, most uint64) error {
	if n > most {
		return invalid("%s: expected at most %d, got %d", field, most, n)
	}
	return nil
}

func checkAmount(field string, n uint64) error { return checkNumber(field, n, match.MaxAmount) }

func checkSeconds(field string, n uint64) error { return checkNumber(field, n, math.MaxInt64) }

func checkScore(field string, n uint64) error { return checkNumber(field, n, match.MaxScore) }

// checkID wants the id of an agent or the number of a job.
func checkID(field string, id uint64) error {
	if id == 0 || id > math.MaxInt64 {
		return invalid("%s: expected a number from 1, got %d", field, id)
	}
	return nil
}

// checkText wants characters that show, so many at most.
func checkText(field, text string, most int) error {
	if !utf8.ValidString(text) {
		return invalid("%s: expected valid UTF-8", field)
	}
	if n := utf8.RuneCountInString(text); n > most {
		return invalid("%s: expected at most %d characters, got %d", field, most, n)
	}
	if i := strings.IndexFunc(text, unicode.IsControl); i >= 0 {
		return invalid("%s: expected no control characters, got %U", field, []rune(text[i:])[0])
	}
	return nil
}

func checkSkill(field, id string) error {
	if err := checkText(field, id, maxTextChars); err != nil {
		return err
	}
	if registrytypes.ValidateSkillID(id, field) != nil {
		return invalid("%s: expected the id of a skill such as text.summarize, got %q", field, id)
	}
	return nil
}

func checkMediaType(field, mediaType string) error {
	if err := checkText(field, mediaType, maxTextChars); err != nil {
		return err
	}
	if !registrytypes.IsMediaType(mediaType) {
		return invalid("%s: expected a media type such as text/plain, got %q", field, mediaType)
	}
	return nil
}

func checkTag(field, tag string) error {
	if tag == "" {
		return invalid("%s: expected a tag, got nothing", field)
	}
	return checkText(field, tag, maxTagChars)
}

func checkAddress(field, text string) error {
	if err := checkText(field, text, maxTextChars); err != nil {
		return err
	}
	if _, err := addresses.StringToBytes(text); err != nil {
		return invalid("%s: expected an address such as %s1..., got %q", field, types.AddressPrefix, text)
	}
	return nil
}

// label is a pair of an agent's profile.
type label struct{ key, value string }

// parseLabel reads key=value.
func parseLabel(field, text string) (label, error) {
	if err := checkText(field, text, maxLabelChars); err != nil {
		return label{}, err
	}
	key, value, ok := strings.Cut(text, "=")
	if !ok || key == "" || value == "" {
		return label{}, invalid("%s: expected key=value, got %q", field, text)
	}
	return label{key: key, value: value}, nil
}

// checkList checks the length of a list and each of its elements.
func checkList[T any](field string, elements []T, check func(field string, element T) error) error {
	if n := len(elements); n > maxList {
		return invalid("%s: expected at most %d, got %d", field, maxList, n)
	}
	for i, e := range elements {
		if err := check(fmt.Sprintf("%s[%d]", field, i), e); err != nil {
			return err
		}
	}
	return nil
}

// parseText returns the words of a text that is searched for.
func parseText(field, text string) ([]string, error) {
	if err := checkText(field, text, maxTextChars); err != nil {
		return nil, err
	}
	found := words.Of(text)
	switch {
	case strings.TrimSpace(text) != "" && len(found) == 0:
		return nil, invalid("%s: expected words, got only signs", field)
	case len(found) > maxWords:
		return nil, invalid("%s: expected at most %d words, got %d", field, maxWords, len(found))
	}
	return found, nil
}

// checkEnum wants a value that the API names.
func checkEnum[T ~int32](field string, value T, names map[int32]string) error {
	if _, known := names[int32(value)]; !known {
		return invalid("%s: expected a known value, got %d", field, value)
	}
	return nil
}
