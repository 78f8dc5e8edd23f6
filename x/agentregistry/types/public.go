package types

import (
	"regexp"
	"strconv"
	"strings"
)

// What is internal is written out here, as the rules of texts are: two nodes built
// with different releases of Go must not disagree.

var (
	ipv4Pattern = regexp.MustCompile(`^(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})$`)
	// numericPattern is a last label that some readers take for a part of an address,
	// such as 0x7f or 017.
	numericPattern = regexp.MustCompile(`^(0x[0-9a-f]*|[0-9]+)$`)
	// publicIPv6Pattern is an address of 2000::/3 written with its first group in full.
	publicIPv6Pattern = regexp.MustCompile(`^[23][0-9a-f]{3}:`)
	teredoPattern     = regexp.MustCompile(`^2001:0{0,4}:`)
)

// internalNames are the ends of names that don't lead out of a network.
var internalNames = []string{"localhost", "local", "internal", "intranet", "lan", "home.arpa"}

// CheckPublic returns ErrInvalidProfile with the first field whose url names a host
// that nobody outside can reach.
func (p Profile) CheckPublic() error {
	for i, it := range p.Interfaces {
		if err := checkPublicURL(it.Url, at("profile.interfaces", i)+".url"); err != nil {
			return err
		}
	}
	if p.Card != nil {
		return checkPublicURL(p.Card.Uri, "profile.card.uri")
	}
	return nil
}

func checkPublicURL(address, field string) error {
	if IsInternalURL(address) {
		return ErrInvalidProfile.Wrapf("%s: expected a host that everybody can reach, got %q", field, shorten(address))
	}
	return nil
}

// IsInternalURL reports whether a url, of the form that IsURL wants, names a host that
// nobody outside can reach, or that could be taken for one: private, loopback,
// link-local and reserved addresses, however they are written, and names without a dot
// or with an end such as .local.
func IsInternalURL(address string) bool {
	host, _ := splitURL(address)
	host = strings.ToLower(host)
	if inner, v6 := strings.CutPrefix(host, "["); v6 {
		return isInternalIPv6(strings.TrimSuffix(inner, "]"))
	}
	if ipv4Pattern.MatchString(host) {
		return isInternalIPv4(host)
	}
	for _, name := range internalNames {
		if host == name || strings.HasSuffix(host, "."+name) {
			return true
		}
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	return last == host || numericPattern.MatchString(last)
}

// isInternalIPv4 takes four numbers without leading zeros.
func isInternalIPv4(host string) bool {
	var n [4]int
	for i, part := range strings.Split(host, ".") {
		value, err := strconv.Atoi(part)
		if err != nil || value > 255 {
			return true
		}
		n[i] = value
	}
	switch {
	case n[0] == 0, n[0] == 10, n[0] == 127, n[0] >= 224: // this network, private, loopback, multicast and reserved
		return true
	case n[0] == 100 && n[1]&0xc0 == 64: // 100.64.0.0/10, carriers
		return true
	case n[0] == 169 && n[1] == 254: // link-local
		return true
	case n[0] == 172 && n[1]&0xf0 == 16, n[0] == 192 && n[1] == 168: // private
		return true
	case n[0] == 192 && n[1] == 0 && n[2] == 0: // protocol assignments
		return true
	case n[0] == 198 && n[1]&0xfe == 18: // benchmarks
		return true
	}
	return false
}

// isInternalIPv6 knows the one block of public addresses, less the parts of it that
// carry other addresses (6to4 and Teredo).
func isInternalIPv6(host string) bool {
	if !publicIPv6Pattern.MatchString(host) {
		return true
	}
	return strings.HasPrefix(host, "2002:") || teredoPattern.MatchString(host)
}
