package payload_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aitbc/aitbc/client/payload"
)

var (
	data = []byte(strings.Repeat("sealed bytes ", 1000))
	ref  = payload.RefOf(data)
)

// patient returns a client that waits in no time, and what it waited for.
func patient() (*payload.Client, *[]time.Duration) {
	var waits []time.Duration
	return payload.NewClient(payload.Options{Wait: func(ctx context.Context, d time.Duration) error {
		waits = append(waits, d)
		return ctx.Err()
	}}), &waits
}

// serve answers each request with the next of these, and with the last from then on.
func serve(t *testing.T, answers ...http.HandlerFunc) (string, *int) {
	t.Helper()
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		answers[min(asked, len(answers))-1](w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, &asked
}

func status(code int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
		fmt.Fprint(w, `{"error":"because"}`)
	}
}

func send(body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		_, _ = w.Write(body)
	}
}

// cut announces all bytes, sends half of them, and breaks the connection.
func cut(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", fmt.Sprint(len(data)))
	_, _ = w.Write(data[:len(data)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// down is the address of a server that is gone.
func down(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	return server.URL
}

func TestFetch(t *testing.T) {
	other := slices.Clone(data)
	other[7] ^= 1
	chunked := func(body []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			_ = http.NewResponseController(w).Flush() // no Content-Length
			_, _ = w.Write(body)
		}
	}
	for _, c := range []struct {
		name     string
		answers  []http.HandlerFunc
		asked    int
		sentence string // empty if it succeeds
	}{
		{"at once", []http.HandlerFunc{send(data)}, 1, ""},
		{"without a length", []http.HandlerFunc{chunked(data)}, 1, ""},
		{"after 429", []http.HandlerFunc{status(429), send(data)}, 2, ""},
		{"after 500, 503 and a cut", []http.HandlerFunc{status(500), status(503), cut, send(data)}, 4, ""},
		{"always cut", []http.HandlerFunc{cut}, 4, "does not answer: unexpected EOF"},
		{"always 502", []http.HandlerFunc{status(502)}, 4, "does not answer: 502 Bad Gateway: because"},
		{"not there", []http.HandlerFunc{status(404)}, 1, "refuses: 404 Not Found: because"},
		{"elsewhere", []http.HandlerFunc{status(302, "Location", "http://127.0.0.1:1/")}, 1, "refuses: 302 Found: redirects are not followed"},
		{"elsewhere for good", []http.HandlerFunc{status(308, "Location", "/other")}, 1, "redirects are not followed"},
		{"wrong hash", []http.HandlerFunc{send(other)}, 1, "expected sha256 " + ref.String() + " with 13000 bytes, got " + payload.RefOf(other).String()},
		{"too short", []http.HandlerFunc{send(data[1:])}, 1, "got 12999 bytes"},
		{"too long", []http.HandlerFunc{send(append(slices.Clone(data), 'x'))}, 1, "got 13001 bytes"},
		{"too short, unannounced", []http.HandlerFunc{chunked(data[1:])}, 1, "with 12999"},
		{"endless", []http.HandlerFunc{endless}, 1, "got 13001 bytes or more"},
		{"nothing", []http.HandlerFunc{status(204)}, 1, "refuses: 204 No Content"},
	} {
		t.Run(c.name, func(t *testing.T) {
			url, asked := serve(t, c.answers...)
			client, waits := patient()
			got, err := client.Fetch(t.Context(), url+"/v1/payloads/"+ref.String(), ref, 1<<20)
			if *asked != c.asked || len(*waits) != c.asked-1 {
				t.Errorf("expected %d requests, got %d, and %d waits", c.asked, *asked, len(*waits))
			}
			if c.sentence == "" {
				if err != nil || !slices.Equal(got, data) {
					t.Fatalf("got %d bytes, %v", len(got), err)
				}
				return
			}
			if err == nil || got != nil || !strings.Contains(err.Error(), c.sentence) || !strings.Contains(err.Error(), url) {
				t.Fatalf("expected an error with %q, got %d bytes and %v", c.sentence, len(got), err)
			}
		})
	}
}

// endless sends for as long as somebody listens.
func endless(w http.ResponseWriter, _ *http.Request) {
	for {
		if _, err := w.Write(data); err != nil {
			return
		}
	}
}

func TestErrorsCanBeToldApart(t *testing.T) {
	client, _ := patient()
	fetch := func(answer http.HandlerFunc) error {
		url, _ := serve(t, answer)
		_, err := client.Fetch(t.Context(), url, ref, 1<<20)
		return err
	}
	var refusal *payload.StatusError
	if err := fetch(status(410)); !errors.As(err, &refusal) || refusal.Code != 410 || errors.Is(err, payload.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	if err := fetch(status(503)); !errors.As(err, &refusal) || refusal.Code != 503 || !errors.Is(err, payload.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	var mismatch *payload.MismatchError
	if err := fetch(send([]byte("junk"))); !errors.As(err, &mismatch) || mismatch.Got.Size != 4 || errors.Is(err, payload.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	url, asked := serve(t, send(data))
	if _, err := client.Fetch(t.Context(), url, ref, ref.Size-1); !errors.Is(err, payload.ErrTooLarge) || *asked != 0 {
		t.Errorf("a payload that is too large is asked for %d times: %v", *asked, err)
	}
}

func TestNobodyThere(t *testing.T) {
	url := down(t)
	client, waits := patient()
	_, err := client.Health(t.Context(), url)
	if !errors.Is(err, payload.ErrUnavailable) || !strings.HasPrefix(err.Error(), "the agent at "+url+" does not answer: dial tcp ") {
		t.Fatalf("got %v", err)
	}
	if want := []time.Duration{250 * time.Millisecond, 500 * time.Millisecond, time.Second}; !slices.Equal(*waits, want) {
		t.Fatalf("expected waits of %v, got %v", want, *waits)
	}
}

func TestWaiting(t *testing.T) {
	for _, c := range []struct {
		name, after string
		waits       []time.Duration
		sentence    string
	}{
		{"as asked", "7", []time.Duration{7 * time.Second}, ""},
		{"no less than planned", "0", []time.Duration{250 * time.Millisecond}, ""},
		{"until a time that is over", "Sun, 06 Nov 1994 08:49:37 GMT", []time.Duration{250 * time.Millisecond}, ""},
		{"not in words", "soon", []time.Duration{250 * time.Millisecond}, ""},
		{"not for ever", "31", nil, "429 Too Many Requests: because; it asks to wait for 31s"},
		{"not until then", "Fri, 31 Dec 2199 23:59:59 GMT", nil, "it asks to wait for"},
	} {
		t.Run(c.name, func(t *testing.T) {
			url, _ := serve(t, status(429, "Retry-After", c.after), send(data))
			client, waits := patient()
			_, err := client.Fetch(t.Context(), url, ref, 1<<20)
			if !slices.Equal(*waits, c.waits) {
				t.Errorf("expected waits of %v, got %v", c.waits, *waits)
			}
			if (err == nil) != (c.sentence == "") || err != nil && !strings.Contains(err.Error(), c.sentence) {
				t.Errorf("expected an error with %q, got %v", c.sentence, err)
			}
		})
	}
}

func TestCancelling(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	url, asked := serve(t, status(503))
	client := payload.NewClient(payload.Options{Wait: func(ctx context.Context, _ time.Duration) error {
		cancel()
		return ctx.Err()
	}})
	if _, err := client.Fetch(ctx, url, ref, 1<<20); !errors.Is(err, context.Canceled) || *asked != 1 {
		t.Fatalf("after %d requests: %v", *asked, err)
	}
	if _, err := client.Fetch(ctx, url, ref, 1<<20); !errors.Is(err, context.Canceled) || *asked != 1 {
		t.Fatalf("after %d requests: %v", *asked, err)
	}
	// The waiting itself ends with the context.
	waiting := payload.NewClient(payload.Options{Backoff: time.Hour, MaxWait: time.Hour})
	ctx, cancel = context.WithCancel(t.Context())
	url, _ = serve(t, func(w http.ResponseWriter, r *http.Request) { status(503)(w, r); cancel() })
	if _, err := waiting.Fetch(ctx, url, ref, 1<<20); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}

func TestAddresses(t *testing.T) {
	client, _ := patient()
	for _, c := range []struct{ url, sentence string }{
		{"", "expected http://host"},
		{"localhost:8080", "expected http://host"},
		{"ftp://localhost/x", "expected http://host"},
		{"file:///etc/passwd", "expected http://host"},
		{"http://", "expected http://host"},
		{"http://%zz", "no URL"},
		{"http://user:secret@localhost/", "no user name or password"},
		{"https://user@localhost/", "no user name or password"},
	} {
		_, health := client.Health(t.Context(), c.url)
		put := client.PutInput(t.Context(), c.url, "ait1", 1, 1, ref, strings.NewReader(string(data)))
		_, fetch := client.Fetch(t.Context(), c.url, ref, 1<<20)
		for _, err := range []error{health, put, fetch} {
			if err == nil || !strings.Contains(err.Error(), c.sentence) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%s: expected an error with %q, got %v", c.url, c.sentence, err)
			}
		}
	}
	if _, err := client.Health(t.Context(), "http://localhost/?x=1"); err == nil || !strings.Contains(err.Error(), "no query") {
		t.Errorf("got %v", err)
	}
	// Addresses of payloads may have a query: stores sign them with it.
	url, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery != "signature=abc" {
			w.WriteHeader(http.StatusForbidden)
		}
		_, _ = w.Write(data)
	})
	if _, err := client.Fetch(t.Context(), url+"/x?signature=abc#part", ref, 1<<20); err != nil {
		t.Error(err)
	}
}

func TestHealthOfStrangers(t *testing.T) {
	client, _ := patient()
	url, asked := serve(t, send([]byte("<html>hello</html>")))
	if _, err := client.Health(t.Context(), url); err == nil || !strings.Contains(err.Error(), "expected the health of an agent") || *asked != 1 {
		t.Errorf("after %d requests: %v", *asked, err)
	}
	url, _ = serve(t, endless)
	if _, err := client.Health(t.Context(), url); err == nil || !strings.Contains(err.Error(), "expected the health of an agent") {
		t.Errorf("got %v", err)
	}
	url, _ = serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/prefix/v1/health" {
			w.WriteHeader(http.StatusNotFound)
		}
		fmt.Fprintf(w, `{"agent_id":7,"chain_id":"aitbc\u001b[31m-1","version":%q,"ready":true}`, strings.Repeat("v", 300))
	})
	info, err := client.Health(t.Context(), url+"/prefix/")
	if err != nil || info.AgentID != 7 || info.ChainID != "aitbc[31m-1" || info.Version != strings.Repeat("v", 200)+"..." || !info.Ready {
		t.Errorf("got %+v, %v", info, err)
	}
	url, _ = serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprint(w, `{"error":"\u001b]0;evil\u0007no\ntea"}`)
	})
	if _, err := client.Health(t.Context(), url); err == nil || !strings.HasSuffix(err.Error(), "418 I'm a teapot: ]0;evilnotea") {
		t.Errorf("got %v", err)
	}
}

func TestPutInputIsRewound(t *testing.T) {
	var got [][]byte
	take := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/jobs/ait1client/18446744073709551615/milestones/3/input" || r.Method != http.MethodPut || r.ContentLength != ref.Size {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		body, _ := io.ReadAll(r.Body)
		if got = append(got, body); len(got) < 3 {
			w.WriteHeader(http.StatusBadGateway)
		}
	}
	url, _ := serve(t, status(429), take)
	client, _ := patient()
	r := strings.NewReader("before" + string(data))
	if _, err := r.Seek(6, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	_ = client.PutInput(t.Context(), url, "ait1client", 1<<64-1, 3, ref, r)
	if len(got) != 3 {
		t.Fatalf("expected to be sent three times, got %d", len(got))
	}
	for i, body := range got {
		if !slices.Equal(body, data) {
			t.Errorf("attempt %d sent %d bytes", i, len(body))
		}
	}
}

func TestPutInputSendsWhatItNames(t *testing.T) {
	url, asked := serve(t, status(200))
	client, _ := patient()
	for _, wrong := range []string{"", "x", string(data[1:]), string(data) + "x", strings.ToUpper(string(data))} {
		err := client.PutInput(t.Context(), url, "ait1", 1, 1, ref, strings.NewReader(wrong))
		var mismatch *payload.MismatchError
		if !errors.As(err, &mismatch) || !strings.HasPrefix(err.Error(), "input: expected sha256") {
			t.Errorf("%d other bytes: %v", len(wrong), err)
		}
	}
	if err := client.PutInput(t.Context(), url, "ait1", 1, 1, payload.Ref{}, strings.NewReader("")); err == nil {
		t.Error("nothing is sent as an input")
	}
	if *asked != 0 {
		t.Errorf("%d requests were sent", *asked)
	}
}
