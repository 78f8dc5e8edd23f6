package types

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The rules of texts are written out here instead of asking the standard
// library's parsers of addresses and media types: those change between releases
// of Go, and two nodes built with different ones must not disagree.

const (
	maxURLBytes       = 256
	maxPortDigits     = 5
	minMediaTypeChars = 3
	maxMediaTypeChars = 128
)

var (
	skillPattern   = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+){1,5}$`)
	versionPattern = regexp.MustCompile(`^` + number + `\.` + number + `\.` + number +
		`(-` + preRelease + `(\.` + preRelease + `)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$`)
	mediaTypePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*$`)
	hostPattern      = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])$`)
	parameterPattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)
	labelPattern     = regexp.MustCompile(`^[a-z][a-z0-9._-]*$`)
	digitsPattern    = regexp.MustCompile(`^[0-9]+$`)
)

// Parts of a semantic version: numbers have no leading zeros.
const (
	number     = `(0|[1-9][0-9]*)`
	preRelease = `(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)`
)

// validateText returns ErrInvalidProfile unless a text has so many characters and
// none that hides something. Only texts of several lines may have line breaks.
func validateText(s, field string, least, most int, lines bool) error {
	if !utf8.ValidString(s) {
		return ErrInvalidProfile.Wrapf("%s: expected valid UTF-8", field)
	}
	if n := utf8.RuneCountInString(s); n < least || n > most {
		return ErrInvalidProfile.Wrapf("%s: expected %s, got %d", field, characters(least, most), n)
	}
	for _, r := range s {
		if !isVisible(r) && (r != '\n' || !lines) {
			return ErrInvalidProfile.Wrapf("%s: expected no control characters, got %U", field, r)
		}
		if !lines && isIgnorable(r) {
			return ErrInvalidProfile.Wrapf("%s: expected no invisible characters, got %U", field, r)
		}
	}
	if !lines && s != strings.Trim(s, " ") {
		return ErrInvalidProfile.Wrapf("%s: expected no spaces around it, got %q", field, s)
	}
	return nil
}

func characters(least, most int) string {
	if least == 0 {
		return fmt.Sprintf("at most %d characters", most)
	}
	return fmt.Sprintf("%d to %d characters", least, most)
}

// isVisible reports whether a character shows and leaves its neighbours alone:
// what breaks lines or turns the direction of the text can make one name look
// like another.
func isVisible(r rune) bool {
	switch {
	case unicode.IsControl(r), r == '\u2028', r == '\u2029', r == utf8.RuneError:
		return false
	case r == '\u061c', r == '\u200e', r == '\u200f', r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
		return false
	}
	return true
}

// ignorable are the characters that show nothing by themselves (Unicode's
// default-ignorable ones and the annotations): a name with one of them looks like one
// without. Texts of several lines may have them, because some scripts and symbols need
// them.
var ignorable = [][2]rune{
	{0x00ad, 0x00ad},
	{0x034f, 0x034f},
	{0x061c, 0x061c},
	{0x115f, 0x1160},
	{0x17b4, 0x17b5},
	{0x180b, 0x180f},
	{0x200b, 0x200f},
	{0x202a, 0x202e},
	{0x2060, 0x206f},
	{0x3164, 0x3164},
	{0xfe00, 0xfe0f},
	{0xfeff, 0xfeff},
	{0xffa0, 0xffa0},
	{0xfff0, 0xfffb},
	{0x1bca0, 0x1bca3},
	{0x1d173, 0x1d17a},
	{0xe0000, 0xe0fff},
}

func isIgnorable(r rune) bool {
	for _, span := range ignorable {
		if r >= span[0] && r <= span[1] {
			return true
		}
	}
	return false
}

// ValidateSkillID returns ErrInvalidProfile unless a text is the id of a skill,
// such as text.summarize: 2 to 6 parts of lower-case letters, digits and hyphens,
// 64 characters at most. The error names the field.
func ValidateSkillID(id, field string) error {
	if len(id) > maxSkillIDChars || !skillPattern.MatchString(id) {
		return ErrInvalidProfile.Wrapf(
			"%s: expected 2 to 6 dotted parts of lower-case letters, digits and hyphens, %d characters at most, got %q",
			field, maxSkillIDChars, shorten(id))
	}
	return nil
}

func validateVersion(v, field string) error {
	if len(v) > maxVersionChars || !versionPattern.MatchString(v) {
		return ErrInvalidProfile.Wrapf("%s: expected a semantic version such as 1.0.0, %d characters at most, got %q",
			field, maxVersionChars, shorten(v))
	}
	return nil
}

// validateMediaTypes wants 1 to 8 types in lower case and without parameters, so
// that equal ones are equal byte by byte.
func validateMediaTypes(mediaTypes []string, field string) error {
	if n := len(mediaTypes); n < 1 || n > maxMediaTypes {
		return ErrInvalidProfile.Wrapf("%s: expected 1 to %d, got %d", field, maxMediaTypes, n)
	}
	for i, m := range mediaTypes {
		if !IsMediaType(m) {
			return ErrInvalidProfile.Wrapf("%s[%d]: expected a media type such as text/plain, %d characters at most, got %q",
				field, i, maxMediaTypeChars, shorten(m))
		}
	}
	return nil
}

// IsMediaType reports whether a text is a media type such as text/plain: in lower
// case, without parameters, 3 to 128 characters.
func IsMediaType(m string) bool {
	return len(m) >= minMediaTypeChars && len(m) <= maxMediaTypeChars && mediaTypePattern.MatchString(m)
}

// validateURL wants an address that people can be sent to. Nodes never fetch it.
func validateURL(address, field string) error {
	if !IsURL(address) {
		return ErrInvalidProfile.Wrapf("%s: expected an http or https address of at most %d bytes without credentials and fragment, got %q",
			field, maxURLBytes, shorten(address))
	}
	return nil
}

// IsURL reports whether a text is an http or https address that people can be sent
// to: without credentials and fragment, 256 bytes at most.
func IsURL(address string) bool {
	if len(address) > maxURLBytes {
		return false
	}
	for i := range len(address) {
		if c := address[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`"#<>\^`+"`{|}", c) >= 0 {
			return false
		}
	}
	host, port := splitURL(address)
	return hostPattern.MatchString(host) && (port == "" || len(port) <= maxPortDigits+1 && digitsPattern.MatchString(port[1:]))
}

// splitURL returns the host of an http or https address and the port with its colon,
// if there is one; no host of something else.
func splitURL(address string) (string, string) {
	rest, secure := strings.CutPrefix(address, "https://")
	if !secure {
		var plain bool
		if rest, plain = strings.CutPrefix(address, "http://"); !plain {
			return "", ""
		}
	}
	if end := strings.IndexAny(rest, "/?"); end >= 0 {
		rest = rest[:end]
	}
	if colon := strings.LastIndexByte(rest, ':'); colon > strings.LastIndexByte(rest, ']') {
		return rest[:colon], rest[colon:]
	}
	return rest, ""
}

// shorten keeps a long text out of an error.
func shorten(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	return s[:most] + "..."
}
