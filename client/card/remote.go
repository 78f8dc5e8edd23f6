package card

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// RemoteKeys are the keys at the jku of signatures, if the caller trusts the host. It
// fetches each key set once: make a new one for each card, so that a revoked key is not
// used for long. It is not for several goroutines at once.
type RemoteKeys struct {
	limits  Limits
	hosts   []string
	fetched map[string]KeySet
}

// NewRemoteKeys returns the keys at the given hosts. A host is written as in a URL, with
// its port unless that is the scheme's own.
func NewRemoteKeys(l Limits, hosts ...string) *RemoteKeys {
	if l.MaxBytes <= 0 || l.MaxBytes > MaxKeySetBytes {
		l.MaxBytes = MaxKeySetBytes
	}
	return &RemoteKeys{limits: l.withDefaults(), hosts: hosts, fetched: map[string]KeySet{}}
}

// Key implements KeySource. The key is unknown if there is no jku or its host is not one
// of those that are trusted; then nothing is fetched. Redirects to other hosts are
// refused.
func (r *RemoteKeys) Key(ctx context.Context, h Header) (PublicKey, error) {
	if h.KeySetURL == "" {
		return PublicKey{}, fmt.Errorf("%w: the signature has no jku", ErrUnknownKey)
	}
	u, err := parseAddress(h.KeySetURL, r.limits.AllowHTTP)
	if err != nil {
		return PublicKey{}, fmt.Errorf("jku: %w", err)
	}
	if !r.trusts(u) {
		return PublicKey{}, fmt.Errorf("%w: keys of the host %s are not trusted", ErrUnknownKey, shown(u.Host))
	}
	set, ok := r.fetched[u.String()]
	if !ok {
		raw, err := r.limits.fetch(ctx, u.String(), false)
		if err != nil {
			return PublicKey{}, fmt.Errorf("jku: %w", err)
		}
		if set, err = ParseKeySet(raw); err != nil {
			return PublicKey{}, fmt.Errorf("jku: %s: %w", u.Host, err)
		}
		r.fetched[u.String()] = set
	}
	return set.Key(ctx, h)
}

func (r *RemoteKeys) trusts(u *url.URL) bool {
	return slices.ContainsFunc(r.hosts, func(host string) bool { return strings.EqualFold(host, u.Host) })
}
