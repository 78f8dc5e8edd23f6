package types_test

import (
	"strings"
	"testing"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

func TestValidateSkillID(t *testing.T) {
	part := strings.Repeat("a", 31)
	for id, valid := range map[string]bool{
		"text.summarize":          true,
		"a.b.c.d.e.f":             true,
		"text-2.sum-1":            true,
		part + "." + part + "b":   true, // 64
		part + "b." + part + "bc": false,
		"a.b.c.d.e.f.g":           false,
		"text":                    false,
		"text.":                   false,
		".text":                   false,
		"text..summarize":         false,
		"Text.summarize":          false,
		"text.summarize\n":        false,
		"text.sum_marize":         false,
		"text.über":               false,
		"text.a\x00b":             false,
		"text/sum.x":              false,
		"":                        false,
	} {
		err := types.ValidateSkillID(id, "skill")
		if valid && err != nil {
			t.Errorf("%q: expected no error, got %v", id, err)
		}
		if !valid && err == nil {
			t.Errorf("%q: expected an error", id)
		}
	}
}

func TestProfile_Validate_Versions(t *testing.T) {
	for version, valid := range map[string]bool{
		"0.0.0": true, "1.2.3": true, "10.20.30": true, "1.0.0-alpha": true, "1.0.0-alpha.1": true, "1.0.0-0.3.7": true,
		"1.0.0-x-y-z.--": true, "1.0.0-0a": true, "1.0.0+001": true, "1.0.0-beta+exp.sha.5114f85": true, "1.0.0+21AF26D3----117B344092BD": true,
		"1": false, "1.0": false, "1.0.0.0": false, "01.0.0": false, "1.00.0": false, "1.0.0-": false, "1.0.0-01": false,
		"1.0.0-a..b": false, "1.0.0+": false, "1.0.0+a+b": false, "v1.0.0": false, "1.0.0_": false, "1.0.0\n": false, "-1.0.0": false, "1.0.0-ä": false,
	} {
		p := newProfile(t)
		p.Version = version
		var want error
		if !valid {
			want = types.ErrInvalidProfile
		}
		t.Run(version, func(t *testing.T) { expect(t, p.Validate(), want, "profile.version") })
	}
}

func TestProfile_Validate_MediaTypes(t *testing.T) {
	for media, valid := range map[string]bool{
		"text/plain": true, "application/vnd.api+json": true, "image/svg+xml": true, "a/b": true,
		"a/" + strings.Repeat("b", 126): true, "a/" + strings.Repeat("b", 127): false,
		"text": false, "text/": false, "/plain": false, "text/plain; charset=utf-8": false, "Text/plain": false, "text/plain/x": false,
		"*/*": false, "text /plain": false, "text/plain\n": false, "": false,
	} {
		p := newProfile(t)
		p.Skills[0].OutputMediaTypes[0] = media
		var want error
		if !valid {
			want = types.ErrInvalidProfile
		}
		t.Run(media, func(t *testing.T) { expect(t, p.Validate(), want, "profile.skills[0].output_media_types[0]") })
	}
}

func TestProfile_Validate_URLs(t *testing.T) {
	for address, valid := range map[string]bool{
		"http://a": true, "https://agent.example": true, "https://agent.example:8443/a2a/v1?x=1&y=%20": true,
		"http://127.0.0.1:8080": true, "http://[::1]:8080/x": true, "http://[2001:db8::1]": true, "https://a.example/@me:x": true,
		"https://a.example?q=a:b": true, "http://localhost:1": true, "http://a:65535/": true,
		"": false, "a.example": false, "//a.example": false, "ftp://a.example": false, "HTTP://a.example": false, "https:a.example": false,
		"https://": false, "https:///path": false, "https://?q": false, "https://:80": false,
		"https://me@a.example": false, "https://me:secret@a.example": false, "https://a.example@b.example/": false,
		"https://a.example/#": false, "https://a.example/#top": false, "https://a.example/ x": false, "https://a.example/\n": false,
		"https://a.example:": false, "https://a.example:http": false, "https://a.example:123456": false, "https://a.example:80:80": false,
		"https://ä.example": false, "https://a.example/ä": false, "https://-a.example": false, "https://a_b.example": false, "https://[::1": false,
		"https://::1/": false, `https://a.example/"x"`: false, `https://a.example\b`: false, "https://a.example/<b>": false, "javascript://a.example": false,
		"https://[a]b.example": false, "https://[::g]": false, "https://a.example/|": false,
	} {
		p := newProfile(t)
		p.Interfaces[0].Url = address
		var want error
		if !valid {
			want = types.ErrInvalidProfile
		}
		t.Run(address, func(t *testing.T) { expect(t, p.Validate(), want, "profile.interfaces[0].url") })
	}
}

// An error quotes what was wrong, but not all of it.
func TestProfile_Validate_ShortErrors(t *testing.T) {
	p := newProfile(t)
	p.Skills[0].Id = strings.Repeat("x", 10_000)
	if err := p.Validate(); err == nil || len(err.Error()) > 400 {
		t.Errorf("expected a short error, got one of %d characters", len(err.Error()))
	}
}
