package payload

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/aitbc/aitbc/internal/pause"
)

// ErrUnavailable is for an agent that gave no answer that decides, however often it
// was asked. It may later.
var ErrUnavailable = errors.New("does not answer")

// StatusError is the refusal of an endpoint.
type StatusError struct {
	// Code is the HTTP status.
	Code int
	// Message is the endpoint's sentence, shortened; may be empty.
	Message string
}

// Error implements error.
func (e *StatusError) Error() string {
	text := fmt.Sprintf("%d %s", e.Code, http.StatusText(e.Code))
	if e.Message != "" {
		text += ": " + e.Message
	}
	return text
}

// Defaults of Options.
const (
	defaultAttempts       = 4
	defaultBackoff        = 250 * time.Millisecond
	defaultMaxWait        = 30 * time.Second
	defaultAttemptTimeout = 5 * time.Minute

	dialTimeout     = 10 * time.Second
	headerTimeout   = 30 * time.Second
	continueTimeout = 2 * time.Second
	maxHeaderBytes  = 64 << 10
)

// Options say how patient a client is. Zero fields have their defaults.
type Options struct {
	// Attempts is how often at most a request is sent: 4.
	Attempts int
	// Backoff is the first wait between two attempts; it doubles each time: 250 ms.
	Backoff time.Duration
	// MaxWait bounds one wait: 30 s. A server that asks for more gets no further
	// attempt.
	MaxWait time.Duration
	// AttemptTimeout bounds one attempt with all its bytes: 5 min.
	AttemptTimeout time.Duration
	// Wait waits, or returns the context's error: a timer. Tests replace it.
	Wait func(ctx context.Context, d time.Duration) error
}

func (o Options) withDefaults() Options {
	if o.Attempts <= 0 {
		o.Attempts = defaultAttempts
	}
	if o.Backoff <= 0 {
		o.Backoff = defaultBackoff
	}
	if o.MaxWait <= 0 {
		o.MaxWait = defaultMaxWait
	}
	if o.AttemptTimeout <= 0 {
		o.AttemptTimeout = defaultAttemptTimeout
	}
	if o.Wait == nil {
		o.Wait = pause.For
	}
	return o
}

// transport bounds each step of a request. Bytes arrive as they are: an answer that
// is unpacked on the way could be of any size.
func (Options) transport() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: dialTimeout}).DialContext,
		TLSHandshakeTimeout:    dialTimeout,
		ResponseHeaderTimeout:  headerTimeout,
		ExpectContinueTimeout:  continueTimeout,
		IdleConnTimeout:        time.Minute,
		MaxResponseHeaderBytes: maxHeaderBytes,
		DisableCompression:     true,
		ForceAttemptHTTP2:      true,
	}
}

// passing is a failure that may pass. after is how long the server asks to wait.
type passing struct {
	cause error
	after time.Duration
}

// Error implements error.
func (p *passing) Error() string { return p.cause.Error() }

// Unwrap returns the cause.
func (p *passing) Unwrap() error { return p.cause }

// broken marks the failure of a connection as passing.
func broken(err error) error {
	if err == nil {
		return nil
	}
	// url.Error repeats method and address, which the sentence has already.
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return &passing{cause: err}
}

// try runs attempts until one succeeds, or fails in a way that lasts.
func (c *Client) try(ctx context.Context, target *url.URL, attempt func(context.Context) error) error {
	unavailable := func(cause error) error {
		return fmt.Errorf("the agent at %s %w: %w", origin(target), ErrUnavailable, cause)
	}
	delay := min(c.options.Backoff, c.options.MaxWait)
	for n := 1; ; n++ {
		err := c.bounded(ctx, attempt)
		var pass *passing
		switch {
		case err == nil:
			return nil
		case !errors.As(err, &pass):
			return refused(target, err)
		case ctx.Err() != nil:
			return unavailable(ctx.Err())
		case pass.after > c.options.MaxWait:
			return unavailable(fmt.Errorf("%w; it asks to wait for %s", pass.cause, pass.after.Round(time.Second)))
		case n == c.options.Attempts:
			return unavailable(pass.cause)
		}
		if err := c.options.Wait(ctx, max(delay, pass.after)); err != nil {
			return unavailable(err)
		}
		delay = min(2*delay, c.options.MaxWait)
	}
}

func (c *Client) bounded(ctx context.Context, attempt func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, c.options.AttemptTimeout)
	defer cancel()
	return attempt(ctx)
}

// refused says who refused.
func refused(target *url.URL, err error) error {
	var status *StatusError
	if errors.As(err, &status) {
		return fmt.Errorf("the agent at %s refuses: %w", origin(target), err)
	}
	return err
}

// origin is the part of an address that people recognise.
func origin(u *url.URL) string { return u.Scheme + "://" + u.Host }

// retryAfter returns how long a server asks to wait; 0 if it doesn't say.
func retryAfter(h http.Header) time.Duration {
	value := h.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return time.Until(at)
	}
	return 0
}
