package card_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aitbc/aitbc/client/card"
)

func readFile(tb testing.TB, path string) []byte {
	tb.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(path)))
	if err != nil {
		tb.Fatal(err)
	}
	return raw
}

// fails checks that an error is of a kind, and one sentence with certain words.
func fails(t *testing.T, err, kind error, words ...string) {
	t.Helper()
	if err == nil || kind != nil && !errors.Is(err, kind) {
		t.Errorf("expected an error of the kind %q, got %v", kind, err)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("expected an error with %q, got %v", w, err)
		}
	}
	if strings.ContainsAny(err.Error(), "\n\r\x1b") {
		t.Errorf("expected one printable line, got %q", err)
	}
}

// The test pairs of RFC 8785.
func TestCanonicalPairs(t *testing.T) {
	for _, name := range []string{"arrays", "french", "structures", "unicode", "values", "weird"} {
		t.Run(name, func(t *testing.T) {
			want := readFile(t, "jcs/output/"+name+".json")
			got, err := card.Canonical(readFile(t, "jcs/input/"+name+".json"))
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("expected\n%s, got\n%s and %v", want, got, err)
			}
			if again, err := card.Canonical(got); err != nil || !bytes.Equal(again, want) {
				t.Errorf("expected the canonical form to stay, got\n%s and %v", again, err)
			}
		})
	}
}

// Numbers at the edges, from appendix B of RFC 8785.
func TestCanonicalNumbers(t *testing.T) {
	for in, want := range map[string]string{
		"-0": "0", "-0.0": "0", "0e99": "0", "5e-324": "5e-324", "1.7976931348623157e308": "1.7976931348623157e+308",
		"9007199254740992": "9007199254740992", "295147905179352830000": "295147905179352830000", "1e21": "1e+21",
		"1E-7": "1e-7", "0.000001": "0.000001", "333333333.3333332": "333333333.3333332", "100.0": "100", "1e-400": "0",
	} {
		if got, err := card.Canonical([]byte("[" + in + "]")); err != nil || string(got) != "["+want+"]" {
			t.Errorf("%s: expected %s, got %s and %v", in, want, got, err)
		}
	}
}

func TestCanonicalRefuses(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for name, tc := range map[string]struct{ text, want string }{
		"nothing":             {"", "expected a JSON document, got nothing"},
		"white space":         {" \n", "unexpected EOF"},
		"duplicate key":       {`{"a":1,"b":2,"a":1}`, `duplicate key: "a"`},
		"duplicate, escaped":  {`{"a":1,"\u0061":1}`, `duplicate key: "a"`},
		"duplicate, deep":     {`{"x":[{"a":1,"a":2}]}`, `duplicate key: "a"`},
		"invalid UTF-8":       {"{\"a\":\"\xff\"}", "invalid UTF-8"},
		"overlong UTF-8":      {"{\"a\":\"\xc0\xaf\"}", "invalid UTF-8"},
		"surrogate as UTF-8":  {"{\"a\":\"\xed\xa0\x80\"}", "invalid UTF-8"},
		"byte order mark":     {"\xef\xbb\xbf{}", "non-ASCII"},
		"lone high surrogate": {`["\ud83d"]`, "surrogate"},
		"lone low surrogate":  {`["\ude00"]`, "surrogate"},
		"reversed surrogates": {`["\ude00\ud83d"]`, "surrogate"},
		"NaN":                 {`{"a":NaN}`, `invalid literal or number: "NaN"`},
		"infinity":            {`{"a":-Infinity}`, "invalid literal or number"},
		"beyond a double":     {`{"a":1e309}`, "number out of range"},
		"long beyond":         {`{"a":` + strings.Repeat("9", 400) + `}`, "number out of range"},
		"leading zero":        {`[01]`, "invalid literal or number"},
		"hexadecimal":         {`[0x10]`, "invalid literal or number"},
		"plus":                {`[+1]`, "invalid literal or number"},
		"bare point":          {`[1.]`, "invalid literal or number"},
		"trailing comma":      {`[1,]`, "missing argument"},
		"trailing bytes":      {`{} {}`, "improperly terminated"},
		"trailing zero byte":  {"{}\x00", "improperly terminated"},
		"comment":             {`{} // no`, "improperly terminated"},
		"unterminated":        {`{"a":[1`, "unexpected EOF"},
		"control character":   {"[\"a\nb\"]", "string literal"},
		"bad escape":          {`["\x41"]`, "unexpected escape"},
		"one too deep":        {deep(card.MaxDepth + 1), "at most 64 deep"},
		"very deep":           {deep(100_000), "at most 64 deep"},
		"deep, unterminated":  {strings.Repeat(`{"a":`, 40_000), "at most 64 deep"},
		"one byte too large":  {`"` + strings.Repeat("a", card.MaxBytes-1) + `"`, "at most 262144 bytes, got 262145"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := card.Canonical([]byte(tc.text))
			fails(t, err, card.ErrFormat, "card: ", tc.want)
			if got != nil {
				t.Errorf("expected nothing, got %q", got)
			}
		})
	}
	for name, text := range map[string]string{
		"as deep as allowed":  deep(card.MaxDepth),
		"as large as allowed": `"` + strings.Repeat("a", card.MaxBytes-2) + `"`,
		"brackets in strings": `["` + strings.Repeat("[", 100) + `","\"` + strings.Repeat("{", 100) + `"]`,
	} {
		if _, err := card.Canonical([]byte(text)); err != nil {
			t.Errorf("%s: expected no error, got %v", name, err)
		}
	}
}

func TestHash(t *testing.T) {
	want := sha256.Sum256([]byte(`{"a":[1,"é"],"signatures":[]}`))
	for _, text := range []string{`{"a":[1,"é"],"signatures":[]}`, " {\"signatures\" : [ ],\n\"a\":[1.0,\"\\u00e9\"]}\n"} {
		if got, err := card.Hash([]byte(text)); err != nil || got != want {
			t.Errorf("expected %s, got %s and %v", hex.EncodeToString(want[:]), hex.EncodeToString(got[:]), err)
		}
	}
	// Signatures are a part of what is registered.
	if got, err := card.Hash([]byte(`{"a":[1,"é"]}`)); err != nil || got == want {
		t.Errorf("expected another hash, got %s and %v", hex.EncodeToString(got[:]), err)
	}
	for text, what := range map[string]string{`[]`: "an array", `"{}"`: "a string", `1`: "a number", `null`: "null", `true`: "a boolean"} {
		_, err := card.Hash([]byte(text))
		fails(t, err, card.ErrFormat, "expected a JSON object, got "+what)
	}
}

func TestPayload(t *testing.T) {
	for name, tc := range map[string]struct{ card, want string }{
		// The example of section 8.4.1 of the A2A specification.
		"specification": {
			`{"name":"Example Agent","description":"","capabilities":{"streaming":false,"pushNotifications":false,"extensions":[]},"skills":[]}`,
			`{"capabilities":{"pushNotifications":false,"streaming":false},"description":"","name":"Example Agent","skills":[]}`,
		},
		"made by hand":    {string(readFile(t, "openssl/card.json")), string(readFile(t, "openssl/payload.json"))},
		"no signatures":   {`{"name":"a","signatures":[{"protected":"x"}]}`, `{"name":"a"}`},
		"inner ones stay": {`{"x":{"signatures":[1]},"signatures":null}`, `{"x":{"signatures":[1]}}`},
		"null":            {`{"name":null,"iconUrl":null,"provider":null}`, `{"name":null}`},
		"optional":        {`{"iconUrl":"","documentationUrl":"","capabilities":{"extendedAgentCard":false}}`, `{"capabilities":{"extendedAgentCard":false},"documentationUrl":"","iconUrl":""}`},
		"empty message":   {`{"provider":{},"capabilities":{}}`, `{"capabilities":{},"provider":{}}`},
		"empty table":     {`{"securitySchemes":{},"securityRequirements":[{"schemes":{}}]}`, `{"securityRequirements":[{}]}`},
		"struct":          {`{"capabilities":{"extensions":[{"params":{"uri":"","a":[]},"uri":""}]}}`, `{"capabilities":{"extensions":[{"params":{"a":[],"uri":""}}]}}`},
		"unknown members": {`{"url":"","later":[],"skills":[{"new":false}]}`, `{"later":[],"skills":[{"new":false}],"url":""}`},
		"wrong kinds":     {`{"skills":{"name":""},"supportedInterfaces":[7,"",{"tenant":""}],"securitySchemes":[]}`, `{"securitySchemes":[],"skills":{"name":""},"supportedInterfaces":[7,"",{}]}`},
		"html":            {`{"name":"<&>\u2028"}`, "{\"name\":\"<&>\u2028\"}"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := card.Payload([]byte(tc.card))
			if err != nil || string(got) != tc.want {
				t.Errorf("expected\n%s, got\n%s and %v", tc.want, got, err)
			}
		})
	}
}
