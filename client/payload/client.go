package payload

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

// Bounds of what is read of answers that are not payloads, in bytes and characters.
const (
	maxInfoBytes   = 64 << 10
	maxErrorBytes  = 4 << 10
	maxRemoteRunes = 200
)

// Info is what an agent's endpoint tells about itself. It is a claim: compare it with
// what the chain says.
type Info struct {
	AgentID uint64 `json:"agent_id"`
	ChainID string `json:"chain_id"`
	Version string `json:"version"`
	// Ready says whether the agent takes work now.
	Ready bool `json:"ready"`
}

// Client talks to agents' endpoints. It tries again, a bounded number of times, when
// there is no connection, the connection breaks, or the answer is 429 or 5xx; so what
// it asks for may happen twice, which does no harm. It sends no credentials, follows
// no redirects and believes nothing that it can't check. It is safe for use by several
// goroutines.
//
// Errors are *StatusError for a refusal, *MismatchError for other bytes than expected,
// ErrTooLarge, or ErrUnavailable when the last attempt got no answer that decides.
type Client struct {
	options Options
	http    *http.Client
}

// NewClient returns a client. Options that are zero have their defaults.
func NewClient(o Options) *Client {
	o = o.withDefaults()
	return &Client{options: o, http: &http.Client{
		Transport: o.transport(),
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // the agent names its address on the chain
		},
	}}
}

// Health asks an agent's endpoint who it is.
func (c *Client) Health(ctx context.Context, baseURL string) (Info, error) {
	base, err := parseBase(baseURL)
	if err != nil {
		return Info{}, err
	}
	var info Info
	err = c.try(ctx, base, func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, base.JoinPath("v1", "health").String(), http.NoBody)
		if err != nil {
			return err
		}
		raw, err := c.small(req)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(raw, &info); err != nil {
			return fmt.Errorf("%s: expected the health of an agent, got something else", origin(base))
		}
		return nil
	})
	if err != nil {
		return Info{}, err
	}
	info.ChainID, info.Version = clean(info.ChainID), clean(info.Version)
	return info, nil
}

// PutInput hands over the sealed input of a milestone. The reader must stand at the
// beginning of the bytes that ref names, which is checked before anything is sent; it
// is rewound to there for each attempt. It is no error if the agent has them already.
func (c *Client) PutInput(
	ctx context.Context, baseURL, client string, sequence uint64, milestone uint32, ref Ref, r io.ReadSeeker,
) error {
	base, err := parseBase(baseURL)
	if err != nil {
		return err
	}
	if ref.Size <= 0 {
		return fmt.Errorf("input: expected at least one byte, got %d", ref.Size)
	}
	start, err := r.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = io.Copy(io.Discard, Verify(contextReader{ctx, r}, ref))
	}
	if err != nil {
		return fmt.Errorf("input: %w", err)
	}
	target := base.JoinPath("v1", "jobs", url.PathEscape(client), strconv.FormatUint(sequence, 10),
		"milestones", strconv.FormatUint(uint64(milestone), 10), "input").String()
	return c.try(ctx, base, func(ctx context.Context) error {
		if _, err := r.Seek(start, io.SeekStart); err != nil {
			return fmt.Errorf("input: %w", err)
		}
		body := &loan{r: r}
		defer body.Close()
		req, err := http.NewRequestWithContext(ctx, http.MethodPut, target, body)
		if err != nil {
			return err
		}
		req.ContentLength = ref.Size
		req.Header.Set("Content-Type", "application/octet-stream")
		// An agent that knows no such job says so before the bytes are sent.
		req.Header.Set("Expect", "100-continue")
		_, err = c.small(req)
		return err
	})
}

// Fetch returns the payload at that address if it is the one that ref names. It asks
// for nothing above maxBytes, which is ErrTooLarge.
func (c *Client) Fetch(ctx context.Context, address string, ref Ref, maxBytes int64) ([]byte, error) {
	target, err := parseURL(address)
	if err != nil {
		return nil, err
	}
	if ref.Size > maxBytes {
		return nil, fmt.Errorf("%w: expected at most %d bytes, got %d", ErrTooLarge, maxBytes, ref.Size)
	}
	var data []byte
	err = c.try(ctx, target, func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), http.NoBody)
		if err != nil {
			return err
		}
		resp, err := c.send(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if announced := resp.ContentLength; announced >= 0 && announced != ref.Size {
			return fmt.Errorf("%s: %w", address, &MismatchError{Want: ref, Got: Ref{Size: announced}, SizeOnly: true})
		}
		data, err = io.ReadAll(Verify(resp.Body, ref))
		var mismatch *MismatchError
		if errors.As(err, &mismatch) {
			return fmt.Errorf("%s: %w", address, mismatch) // the same bytes would come again
		}
		return broken(err)
	})
	if err != nil {
		return nil, err
	}
	return data, nil
}

// small sends a request whose answer is short, and returns that.
func (c *Client) small(req *http.Request) ([]byte, error) {
	resp, err := c.send(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxInfoBytes))
	return raw, broken(err)
}

// send returns an answer with status 200 or 201. Others are a *StatusError, and those
// that may change by themselves a *passing error.
func (c *Client) send(req *http.Request) (*http.Response, error) {
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, broken(err)
	}
	if resp.StatusCode == http.StatusOK || resp.StatusCode == http.StatusCreated {
		return resp, nil
	}
	defer resp.Body.Close()
	raw, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBytes)) // the status alone says enough
	refusal := &StatusError{Code: resp.StatusCode, Message: messageOf(resp, raw)}
	if resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= http.StatusInternalServerError {
		return nil, &passing{cause: refusal, after: retryAfter(resp.Header)}
	}
	return nil, refusal
}

// messageOf returns the sentence of a refusal, if there is one.
func messageOf(resp *http.Response, raw []byte) string {
	var answer struct {
		Error string `json:"error"`
	}
	switch err := json.Unmarshal(raw, &answer); {
	case resp.StatusCode/100 == 3:
		return "redirects are not followed"
	case err != nil:
		return ""
	default:
		return clean(answer.Error)
	}
}

// clean shortens the words of strangers and removes what could control a terminal.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, strings.ToValidUTF8(s, ""))
	if runes := []rune(s); len(runes) > maxRemoteRunes {
		return string(runes[:maxRemoteRunes]) + "..."
	}
	return s
}

// parseURL accepts what an agent may publish on the chain.
func parseURL(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, errors.New("url: expected http://host or https://host, got something that is no URL")
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return nil, fmt.Errorf("url: expected http://host or https://host, got %s", clean(u.Redacted()))
	case u.User != nil:
		return nil, fmt.Errorf("url: expected no user name or password, got %s", clean(u.Redacted()))
	}
	u.Fragment = ""
	return u, nil
}

// parseBase accepts the address that paths are appended to.
func parseBase(address string) (*url.URL, error) {
	u, err := parseURL(address)
	if err != nil {
		return nil, err
	}
	if u.RawQuery != "" || u.ForceQuery {
		return nil, fmt.Errorf("url: expected no query, got %s", clean(u.String()))
	}
	return u, nil
}

// loan lends a reader to one attempt. The transport may still read when the answer is
// there, and must not any more when the next attempt begins.
type loan struct {
	mu   sync.Mutex
	r    io.Reader
	over bool
}

// Read implements io.Reader.
func (l *loan) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return 0, io.ErrClosedPipe
	}
	return l.r.Read(p)
}

// Close implements io.Closer. It doesn't close what was lent.
func (l *loan) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
	return nil
}
