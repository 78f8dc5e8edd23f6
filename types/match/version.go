package match

import (
	"cmp"
	"regexp"
	"strings"
)

// versionPattern is of Semantic Versioning 2.0.0. The groups are major, minor, patch
// and pre-release.
var versionPattern = regexp.MustCompile(`^` + numeric + `\.` + numeric + `\.` + numeric +
	`(?:-(` + preRelease + `(?:\.` + preRelease + `)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$`)

const (
	numeric    = `(0|[1-9][0-9]*)`
	preRelease = `(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)`
)

// version is a semantic version without its build metadata, which does not count.
type version struct {
	// numbers are major, minor and patch as texts, which have no bound.
	numbers [3]string
	// preRelease are its identifiers; none is a release.
	preRelease []string
}

func parseVersion(text string) (version, bool) {
	groups := versionPattern.FindStringSubmatch(text)
	if groups == nil {
		return version{}, false
	}
	v := version{numbers: [3]string(groups[1:4])}
	if groups[4] != "" {
		v.preRelease = strings.Split(groups[4], ".")
	}
	return v, true
}

// lower reports whether a has lower precedence than b (Semantic Versioning 2.0.0,
// section 11). What is no version is lower than every version.
func lower(a, b string) bool {
	va, oka := parseVersion(a)
	vb, okb := parseVersion(b)
	if !oka || !okb {
		return !oka && okb
	}
	return va.compare(vb) < 0
}

func (v version) compare(o version) int {
	for i := range v.numbers {
		if c := compareNumbers(v.numbers[i], o.numbers[i]); c != 0 {
			return c
		}
	}
	if len(v.preRelease) == 0 || len(o.preRelease) == 0 {
		// A release stands above its pre-releases.
		return cmp.Compare(len(o.preRelease), len(v.preRelease))
	}
	for i := range min(len(v.preRelease), len(o.preRelease)) {
		if c := compareIdentifiers(v.preRelease[i], o.preRelease[i]); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(v.preRelease), len(o.preRelease))
}

// compareNumbers compares numbers without leading zeros, however long.
func compareNumbers(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

// compareIdentifiers puts numbers before words.
func compareIdentifiers(a, b string) int {
	switch na, nb := isNumber(a), isNumber(b); {
	case na && nb:
		return compareNumbers(a, b)
	case na:
		return -1
	case nb:
		return 1
	}
	return strings.Compare(a, b)
}

func isNumber(s string) bool { return strings.Trim(s, "0123456789") == "" }
