package card

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Bounds of fetching.
const (
	// DefaultTimeout is for a whole fetch, redirects included.
	DefaultTimeout = 10 * time.Second
	// MaxRedirects is how many are followed.
	MaxRedirects = 3

	maxResponseHeaderBytes = 32 << 10
)

// Limits say what a fetch may do. The zero value is right for addresses by strangers on
// the public internet.
type Limits struct {
	// MaxBytes is the most to read, MaxBytes of this package if 0 or more than that.
	MaxBytes int64
	// Timeout is for all of it, DefaultTimeout if 0.
	Timeout time.Duration
	// AllowHTTP allows http too, for networks of one's own.
	AllowHTTP bool
	// AllowInternal allows loopback, private and other addresses that are not of the
	// public internet, for networks of one's own.
	AllowInternal bool
	// RootCAs are who certificates are trusted from, those of the system if nil.
	RootCAs *x509.CertPool
}

// Fetch gets a card. What comes back is bounded and said to be JSON, and nothing else is
// known of it: see Verify. Redirects are followed to hosts that would be accepted
// themselves, but never from https to http. Nothing is sent but the request: no
// credentials, no cookies, and proxies of the environment are not used, because they would
// connect where this function can't look. Errors about the address match ErrAddress.
func Fetch(ctx context.Context, uri string, l Limits) ([]byte, error) {
	return l.withDefaults().fetch(ctx, uri, true)
}

func (l Limits) withDefaults() Limits {
	out := l
	if l.Timeout <= 0 {
		out.Timeout = DefaultTimeout
	}
	if l.MaxBytes <= 0 || l.MaxBytes > MaxBytes {
		out.MaxBytes = MaxBytes
	}
	return out
}

func (l Limits) fetch(ctx context.Context, uri string, otherHosts bool) ([]byte, error) {
	u, err := parseAddress(uri, l.AllowHTTP)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, l.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return nil, addressError("url: %v", err)
	}
	req.Header.Set("Accept", "application/a2a+json, application/json")
	req.Header.Set("User-Agent", "aitbc")
	transport := l.transport()
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, CheckRedirect: l.checkRedirect(otherHosts)}
	resp, err := client.Do(req)
	if err != nil {
		return nil, l.failure(u, err)
	}
	defer func() { _ = resp.Body.Close() }()
	return l.body(u, resp)
}

func (l Limits) transport() *http.Transport {
	dialer := &net.Dialer{} // the context ends it, and all the rest
	if !l.AllowInternal {
		dialer.Control = refuseInternal
	}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: l.RootCAs, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:      true,
		DisableKeepAlives:      true,
		MaxResponseHeaderBytes: maxResponseHeaderBytes,
	}
}

func (l Limits) checkRedirect(otherHosts bool) func(*http.Request, []*http.Request) error {
	return func(next *http.Request, via []*http.Request) error {
		first, last := via[0].URL, via[len(via)-1].URL
		switch {
		case len(via) > MaxRedirects:
			return addressError("url: expected at most %d redirects, got more", MaxRedirects)
		case last.Scheme == "https" && next.URL.Scheme != "https":
			return addressError("url: expected no redirect from https to %s", shown(next.URL.Scheme))
		case !otherHosts && !sameHost(first, next.URL):
			return addressError("url: expected no redirect from %s to another host, got %s", first.Host, shown(next.URL.Host))
		}
		return checkURL(next.URL, l.AllowHTTP)
	}
}

// failure is the reason without the words that package net puts around it.
func (l Limits) failure(u *url.URL, err error) error {
	var refused *kindError
	var late net.Error
	switch {
	case errors.As(err, &refused):
		return fmt.Errorf("%s: %w", u.Host, refused)
	case errors.As(err, &late) && late.Timeout():
		return fmt.Errorf("%s: expected an answer within %s", u.Host, l.Timeout)
	}
	if outer := (*url.Error)(nil); errors.As(err, &outer) {
		err = outer.Err
	}
	return fmt.Errorf("%s: %w", u.Host, err)
}

func (l Limits) body(u *url.URL, resp *http.Response) ([]byte, error) {
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: expected status 200, got %d", u.Host, resp.StatusCode)
	}
	if kind := resp.Header.Get("Content-Type"); !isJSON(kind) {
		return nil, fmt.Errorf("%s: expected application/json or application/a2a+json, got %s", u.Host, shown(kind))
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, l.MaxBytes+1))
	if err != nil {
		return nil, l.failure(u, err)
	}
	if int64(len(body)) > l.MaxBytes {
		return nil, fmt.Errorf("%s: expected at most %d bytes, got more", u.Host, l.MaxBytes)
	}
	return body, nil
}

// isJSON accepts application/json and application/...+json.
func isJSON(contentType string) bool {
	mediaType, _, err := mime.ParseMediaType(contentType)
	return err == nil && (mediaType == "application/json" ||
		strings.HasPrefix(mediaType, "application/") && strings.HasSuffix(mediaType, "+json"))
}
