package payloadhttp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aitbc/aitbc/client/payload"
	"github.com/aitbc/aitbc/client/payload/payloadhttp"
)

var (
	input = []byte(strings.Repeat("a sealed input ", 5000))
	want  = payload.RefOf(input)
	info  = payload.Info{AgentID: 7, ChainID: "aitbc-1", Version: "v1.2.3", Ready: true}
)

// jobs expects one input, of the first milestone of job 12.
type jobs struct {
	mu     sync.Mutex
	stored int
	hold   chan struct{} // if set, Accept waits until it is closed
	held   chan struct{} // and says so here
	fail   error         // of Accept
	late   error         // of Stored
}

func (j *jobs) Accept(_ context.Context, client string, sequence uint64, milestone uint32) (payload.Ref, error) {
	if j.hold != nil {
		j.held <- struct{}{}
		<-j.hold
	}
	if j.fail != nil {
		return payload.Ref{}, j.fail
	}
	if client != "ait1client" || sequence != 12 || milestone != 1 {
		return payload.Ref{}, payloadhttp.ErrUnknownJob
	}
	return want, nil
}

func (j *jobs) Stored(_ context.Context, client string, sequence uint64, milestone uint32, ref payload.Ref) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if client != "ait1client" || sequence != 12 || milestone != 1 || ref != want {
		return fmt.Errorf("stored %s for %s/%d/%d", ref, client, sequence, milestone)
	}
	j.stored++
	return j.late
}

// endpoint is an agent's, on this machine.
type endpoint struct {
	url      string
	dir      string
	store    *payload.Dir
	jobs     *jobs
	failures []error
}

func start(t *testing.T, change func(*payloadhttp.Server)) *endpoint {
	t.Helper()
	e := &endpoint{dir: t.TempDir(), jobs: &jobs{}}
	var err error
	if e.store, err = payload.OpenDir(e.dir, 0); err != nil {
		t.Fatal(err)
	}
	s := payloadhttp.Server{
		Store: e.store, Inputs: e.jobs,
		Info:   func(context.Context) payload.Info { return info },
		Failed: func(err error) { e.failures = append(e.failures, err) },
	}
	if change != nil {
		change(&s)
	}
	server := httptest.NewUnstartedServer(nil)
	server.Config = payloadhttp.HTTPServer(payloadhttp.Handler(s))
	server.Start()
	t.Cleanup(server.Close)
	e.url = server.URL
	return e
}

// once is a client that asks once.
var once = payload.NewClient(payload.Options{Attempts: 1})

func (e *endpoint) put(t *testing.T, body []byte, sequence uint64, milestone uint32) error {
	t.Helper()
	return once.PutInput(t.Context(), e.url, "ait1client", sequence, milestone, payload.RefOf(body), bytes.NewReader(body))
}

// ask sends a request and returns the status, the header and the sentence, or body, of
// the answer.
func (e *endpoint) ask(t *testing.T, method, path string, body io.Reader, header ...string) (int, http.Header, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, e.url+path, body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var refusal map[string]string
	if resp.StatusCode >= 400 && method != http.MethodHead {
		if err := json.Unmarshal(raw, &refusal); err != nil || len(refusal) != 1 || refusal["error"] == "" {
			t.Fatalf("%s %s: expected one sentence as JSON, got %s", method, path, raw)
		}
		return resp.StatusCode, resp.Header, refusal["error"]
	}
	return resp.StatusCode, resp.Header, string(raw)
}

const inputPath = "/v1/jobs/ait1client/12/milestones/1/input"

func TestHealth(t *testing.T) {
	e := start(t, nil)
	got, err := once.Health(t.Context(), e.url)
	if err != nil || got != info {
		t.Fatalf("got %+v, %v", got, err)
	}
	if code, _, body := e.ask(t, http.MethodGet, "/v1/health", nil); code != 200 || body != `{"agent_id":7,"chain_id":"aitbc-1","version":"v1.2.3","ready":true}`+"\n" {
		t.Fatalf("got %d %s", code, body)
	}
}

func TestInputAndBack(t *testing.T) {
	e := start(t, nil)
	for range 2 { // it is no harm to send it again
		if err := e.put(t, input, 12, 1); err != nil {
			t.Fatal(err)
		}
	}
	if e.jobs.stored != 2 {
		t.Fatalf("expected the job to be told each time, got %d", e.jobs.stored)
	}
	got, err := once.Fetch(t.Context(), e.url+"/v1/payloads/"+want.String(), want, payload.MaxBytes)
	if err != nil || !bytes.Equal(got, input) {
		t.Fatalf("%d bytes came back, %v", len(got), err)
	}
	// What is there needs no sending.
	if code, _, body := e.ask(t, http.MethodPut, inputPath, strings.NewReader("anything")); code != 200 || !strings.Contains(body, want.String()) {
		t.Fatalf("got %d %s", code, body)
	}
	if code, h, body := e.ask(t, http.MethodHead, "/v1/payloads/"+want.String(), nil); code != 200 || h.Get("Content-Length") != "75000" || body != "" {
		t.Fatalf("got %d %v", code, h)
	}
	_, h, _ := e.ask(t, http.MethodGet, "/v1/payloads/"+want.String(), nil)
	if code, _, body := e.ask(t, http.MethodGet, "/v1/payloads/"+want.String(), nil, "If-None-Match", h.Get("ETag")); code != 304 || body != "" {
		t.Fatalf("got %d with %d bytes", code, len(body))
	}
	if len(e.failures) != 0 {
		t.Fatalf("failures: %v", e.failures)
	}
}

func TestInputsThatAreRefused(t *testing.T) {
	other := bytes.Clone(input)
	other[0] ^= 1
	e := start(t, func(s *payloadhttp.Server) { s.MaxBytes = want.Size + 10 })
	for _, c := range []struct {
		name, path string
		body       io.Reader
		code       int
		sentence   string
	}{
		{"unknown job", "/v1/jobs/ait1client/13/milestones/1/input", bytes.NewReader(input), 404, "job: no live job"},
		{"unknown milestone", "/v1/jobs/ait1client/12/milestones/2/input", bytes.NewReader(input), 404, "job: no live job"},
		{"unknown client", "/v1/jobs/ait1other/12/milestones/1/input", bytes.NewReader(input), 404, "job: no live job"},
		{"long client", "/v1/jobs/" + strings.Repeat("a", 91) + "/12/milestones/1/input", bytes.NewReader(input), 400, "client: expected"},
		{"no sequence", "/v1/jobs/ait1client/x/milestones/1/input", bytes.NewReader(input), 400, "sequence: expected"},
		{"negative sequence", "/v1/jobs/ait1client/-1/milestones/1/input", bytes.NewReader(input), 400, "sequence: expected"},
		{"milestone 0", "/v1/jobs/ait1client/12/milestones/0/input", bytes.NewReader(input), 400, "milestone: expected"},
		{"no length", inputPath, io.MultiReader(bytes.NewReader(input)), 411, "Content-Length: expected"},
		{"too large", inputPath, bytes.NewReader(make([]byte, want.Size+11)), 413, "input: expected at most 75010 bytes, got 75011"},
		{"other bytes", inputPath, bytes.NewReader(other), 422, "input: expected sha256 " + want.String() + " with 75000 bytes, got " + payload.RefOf(other).String() + " with 75000"},
		{"too few", inputPath, bytes.NewReader(input[1:]), 422, "input: expected sha256 " + want.String() + " with 75000 bytes, got 74999 bytes"},
		{"too many", inputPath, bytes.NewReader(append(bytes.Clone(input), 0)), 422, "with 75000 bytes, got 75001 bytes"},
		{"none", inputPath, bytes.NewReader(nil), 422, "got 0 bytes"},
	} {
		code, _, sentence := e.ask(t, http.MethodPut, c.path, c.body)
		if code != c.code || !strings.Contains(sentence, c.sentence) {
			t.Errorf("%s: expected %d with %q, got %d %s", c.name, c.code, c.sentence, code, sentence)
		}
	}
	if left, _ := os.ReadDir(e.dir); len(left) != 0 || e.jobs.stored != 0 || len(e.failures) != 0 {
		t.Errorf("%d files are left, %d were announced, failures: %v", len(left), e.jobs.stored, e.failures)
	}
	if err := e.put(t, other, 12, 1); err == nil || !strings.Contains(err.Error(), "refuses: 422 Unprocessable Entity: input: expected sha256") {
		t.Errorf("the client gets %v", err)
	}
	if err := e.put(t, input, 13, 1); err == nil || !strings.Contains(err.Error(), "refuses: 404 Not Found: job: no live job") {
		t.Errorf("the client gets %v", err)
	}
}

// Refusing a large input must not break the connection before the client has read why.
func TestLargeInputsAreRefusedReadably(t *testing.T) {
	e := start(t, nil)
	large := make([]byte, 8<<20)
	for range 5 {
		if err := e.put(t, large, 13, 1); err == nil || !strings.Contains(err.Error(), "404 Not Found: job: no live job") {
			t.Errorf("the client gets %v", err)
		}
		if err := e.put(t, large, 12, 1); err == nil || !strings.Contains(err.Error(), "got 8388608 bytes") {
			t.Errorf("the client gets %v", err)
		}
	}
}

func TestPathsAndMethods(t *testing.T) {
	e := start(t, nil)
	for _, c := range []struct {
		method, path string
		code         int
	}{
		{"POST", "/v1/health", 405},
		{"GET", inputPath, 405},
		{"DELETE", inputPath, 405},
		{"PUT", "/v1/payloads/" + want.String(), 405},
		{"GET", "/", 404},
		{"GET", "/v1/payloads/", 404},
		{"GET", "/v2/health", 404},
		{"GET", "/v1/payloads/" + want.String(), 404},
		{"GET", "/v1/payloads/abc", 400},
		{"GET", "/v1/payloads/..%2f..%2fetc%2fpasswd", 400},
		{"GET", "/v1/payloads/" + strings.ToUpper(want.String()), 400},
	} {
		code, h, sentence := e.ask(t, c.method, c.path, nil)
		if code != c.code {
			t.Errorf("%s %s: expected %d, got %d %s", c.method, c.path, c.code, code, sentence)
		}
		if (code == 405) != (h.Get("Allow") != "") {
			t.Errorf("%s %s: %d allows %q", c.method, c.path, code, h.Get("Allow"))
		}
	}
}

func TestTheSameFromMany(t *testing.T) {
	e := start(t, func(s *payloadhttp.Server) { s.MaxUploads = 16 })
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if err := once.PutInput(context.Background(), e.url, "ait1client", 12, 1, want, bytes.NewReader(input)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if files, _ := os.ReadDir(e.dir); len(files) != 1 || e.jobs.stored != 16 {
		t.Fatalf("%d files, announced %d times", len(files), e.jobs.stored)
	}
}

func TestTooManyAtOnce(t *testing.T) {
	hold, held := make(chan struct{}), make(chan struct{})
	e := start(t, func(s *payloadhttp.Server) { s.MaxUploads = 1 })
	e.jobs.hold, e.jobs.held = hold, held
	first := make(chan error)
	go func() {
		first <- once.PutInput(context.Background(), e.url, "ait1client", 12, 1, want, bytes.NewReader(input))
	}()
	<-held
	code, h, sentence := e.ask(t, http.MethodPut, inputPath, bytes.NewReader(input))
	if code != 503 || h.Get("Retry-After") != "2" || !strings.Contains(sentence, "busy") {
		t.Errorf("got %d %v %s", code, h, sentence)
	}
	close(hold)
	if err := <-first; err != nil {
		t.Errorf("the one under way: %v", err)
	}
	go func() { <-held }()
	if err := e.put(t, input, 12, 1); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestUploadThatBreaksOff(t *testing.T) {
	e := start(t, nil)
	conn, err := net.Dial("tcp", strings.TrimPrefix(e.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "PUT %s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s", inputPath, want.Size, input[:1000])
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(raw), "HTTP/1.1 400 ") || !strings.Contains(string(raw), "they broke off") {
		t.Errorf("got %s", raw)
	}
	if left, _ := os.ReadDir(e.dir); len(left) != 0 || e.jobs.stored != 0 || len(e.failures) != 0 {
		t.Errorf("%d files are left, %d were announced, failures: %v", len(left), e.jobs.stored, e.failures)
	}
}

func TestFailuresInside(t *testing.T) {
	secret := errors.New("secret: /var/lib/agent is full")
	for name, breakIt := range map[string]func(*endpoint){
		"accept": func(e *endpoint) { e.jobs.fail = secret },
		"stored": func(e *endpoint) { e.jobs.late = secret },
		"store":  func(e *endpoint) { _ = os.RemoveAll(e.dir) },
	} {
		e := start(t, nil)
		breakIt(e)
		code, _, sentence := e.ask(t, http.MethodPut, inputPath, bytes.NewReader(input))
		if code != 500 || sentence != "the agent failed to do that; try again later" || len(e.failures) != 1 {
			t.Errorf("%s: got %d %s, failures %v", name, code, sentence, e.failures)
		}
	}
}

func TestDamagedPayload(t *testing.T) {
	e := start(t, nil)
	if err := e.put(t, input, 12, 1); err != nil {
		t.Fatal(err)
	}
	damaged := bytes.Clone(input)
	damaged[500] ^= 1
	if err := os.WriteFile(filepath.Join(e.dir, want.String()), damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, sentence := e.ask(t, http.MethodGet, "/v1/payloads/"+want.String(), nil)
	if code != 500 || strings.Contains(sentence, "damaged") || len(e.failures) != 1 || !errors.Is(e.failures[0], payload.ErrCorrupt) {
		t.Fatalf("got %d %s, failures %v", code, sentence, e.failures)
	}
	if err := e.put(t, input, 12, 1); err != nil {
		t.Fatal(err)
	}
	if got, err := once.Fetch(t.Context(), e.url+"/v1/payloads/"+want.String(), want, payload.MaxBytes); err != nil || !bytes.Equal(got, input) {
		t.Fatalf("after sending it again: %d bytes, %v", len(got), err)
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	s := payloadhttp.HTTPServer(http.NotFoundHandler())
	if s.ReadHeaderTimeout <= 0 || s.ReadTimeout <= 0 || s.WriteTimeout <= 0 || s.IdleTimeout <= 0 || s.MaxHeaderBytes <= 0 {
		t.Fatalf("a connection may last for ever: %+v", s)
	}
}
