package card

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
)

// maxURLBytes bounds an address.
const maxURLBytes = 2048

// parseAddress accepts an https URL, or an http one if that is allowed, without
// credentials or fragment.
func parseAddress(address string, allowHTTP bool) (*url.URL, error) {
	if len(address) > maxURLBytes {
		return nil, addressError("url: expected at most %d bytes, got %d", maxURLBytes, len(address))
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, addressError("url: expected one such as https://agent.example/card.json, got %s", shown(address))
	}
	return u, checkURL(u, allowHTTP)
}

func checkURL(u *url.URL, allowHTTP bool) error {
	switch {
	case u.User != nil:
		return addressError("url: expected no credentials in it")
	case u.Scheme != "https" && (u.Scheme != "http" || !allowHTTP):
		return addressError("url: expected https, got %s", shown(u.Scheme))
	case u.Hostname() == "" || u.Opaque != "":
		return addressError("url: expected a host, got %s", shown(u.String()))
	case u.Fragment != "":
		return addressError("url: expected no fragment, got %s", shown(u.Fragment))
	}
	return nil
}

// internalNetworks are those that no stranger's address may lead to, besides what package
// netip knows by itself (RFC 6890 and the registries it set up).
var internalNetworks = parsePrefixes(
	"0.0.0.0/8",       // this network
	"100.64.0.0/10",   // shared by carriers
	"192.0.0.0/24",    // protocol assignments
	"192.0.2.0/24",    // documentation
	"192.88.99.0/24",  // 6to4 relays
	"198.18.0.0/15",   // benchmarks
	"198.51.100.0/24", // documentation
	"203.0.113.0/24",  // documentation
	"240.0.0.0/4",     // reserved, and broadcast
	"::/96",           // IPv4-compatible
	"64:ff9b:1::/48",  // local translation
	"100::/64",        // discard
	"2001::/23",       // protocol assignments, Teredo among them
	"2001:db8::/32",   // documentation
	"3fff::/20",       // documentation
	"5f00::/16",       // segment routing
	"fec0::/10",       // site-local, as it was
)

// Networks whose addresses carry an IPv4 address, which is then the one that counts.
var (
	nat64  = netip.MustParsePrefix("64:ff9b::/96")
	sixTo4 = netip.MustParsePrefix("2002::/16")
)

// internal says whether an address is not of the public internet.
func internal(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsValid() {
		return true
	}
	b := a.As16()
	switch {
	case nat64.Contains(a):
		return internal(netip.AddrFrom4([4]byte(b[12:16])))
	case sixTo4.Contains(a):
		return internal(netip.AddrFrom4([4]byte(b[2:6])))
	}
	return !a.IsGlobalUnicast() || a.IsPrivate() ||
		slices.ContainsFunc(internalNetworks, func(p netip.Prefix) bool { return p.Contains(a) })
}

// refuseInternal is asked by the dialer after names are resolved, for each address that
// it is about to connect to. So a name that resolves differently later changes nothing.
func refuseInternal(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || internal(at.Addr()) {
		return addressError("url: expected a host on the public internet, got %s", shown(address))
	}
	return nil
}

func parsePrefixes(texts ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		out[i] = netip.MustParsePrefix(text)
	}
	return out
}

// sameHost compares names and ports, whatever their case.
func sameHost(a, b *url.URL) bool { return strings.EqualFold(a.Host, b.Host) }

func addressError(format string, args ...any) error {
	return &kindError{kind: ErrAddress, text: fmt.Sprintf(format, args...)}
}
