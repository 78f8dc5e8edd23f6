// Package payloadhttp is the HTTP endpoint of an agent: it takes sealed inputs of the
// agent's live jobs, and serves payloads by their hash. Package payload describes the
// routes and has the client.
//
// Whoever can reach it may use it. What a stranger can cost the agent is bounded:
// bodies by what a job's hash announces, requests in number and time. Every refusal
// is JSON with one sentence, {"error": "..."}, and tells nothing of the inside.
package payloadhttp

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/aitbc/aitbc/client/payload"
)

// ErrUnknownJob is returned by Inputs for a job that this agent does not have, or that
// expects no input now.
var ErrUnknownJob = errors.New("no live job of this agent expects that input")

// Inputs knows the jobs that wait for an input. It is safe for use by several
// goroutines.
type Inputs interface {
	// Accept returns the name of the sealed input that a milestone of a job expects,
	// or ErrUnknownJob.
	Accept(ctx context.Context, client string, sequence uint64, milestone uint32) (payload.Ref, error)
	// Stored tells that the input is in the store. It is told again when the client
	// sends the input again.
	Stored(ctx context.Context, client string, sequence uint64, milestone uint32, ref payload.Ref) error
}

// Server is what the endpoint needs. Store, Inputs and Info are required.
type Server struct {
	Store  payload.Store
	Inputs Inputs
	// Info answers who this is.
	Info func(context.Context) payload.Info
	// MaxBytes bounds a payload; 0 means payload.MaxBytes.
	MaxBytes int64
	// MaxUploads and MaxDownloads bound how many are under way at once; more are
	// asked to come back. 0 means 8 and 32.
	MaxUploads, MaxDownloads int
	// Failed hears of failures inside, which the other side is not told. It may be
	// nil, and is called from several goroutines.
	Failed func(error)
}

const (
	defaultUploads   = 8
	defaultDownloads = 32

	// A payload gets graceTime, and a second more for each minRate bytes.
	graceTime = 30 * time.Second
	minRate   = 128 << 10

	// retrySeconds is what a busy endpoint asks for.
	retrySeconds = "2"

	headerTimeout  = 10 * time.Second
	idleTimeout    = time.Minute
	maxHeaderBytes = 16 << 10
)

// Handler returns the endpoint.
func Handler(s Server) http.Handler {
	if s.MaxBytes <= 0 {
		s.MaxBytes = payload.MaxBytes
	}
	if s.MaxUploads <= 0 {
		s.MaxUploads = defaultUploads
	}
	if s.MaxDownloads <= 0 {
		s.MaxDownloads = defaultDownloads
	}
	h := &handler{
		Server:    s,
		uploads:   make(slots, s.MaxUploads),
		downloads: make(slots, s.MaxDownloads),
	}
	mux := http.NewServeMux()
	for _, route := range []struct {
		method, path string
		handle       http.HandlerFunc
	}{
		{http.MethodGet, "/v1/health", h.health},
		{http.MethodPut, "/v1/jobs/{client}/{sequence}/milestones/{milestone}/input", h.putInput},
		{http.MethodGet, "/v1/payloads/{sha256}", h.getPayload},
	} {
		mux.HandleFunc(route.method+" "+route.path, route.handle)
		mux.HandleFunc(route.path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Allow", route.method)
			refuse(w, http.StatusMethodNotAllowed, "method: expected "+route.method+", got "+r.Method)
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusNotFound, "path: there is nothing here")
	})
	return mux
}

// HTTPServer returns a server of the endpoint that gives up on connections that send
// or take too slowly. The caller sets the address, starts it and shuts it down.
func HTTPServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerTimeout,
		// The handler gives payloads more time, by their size.
		ReadTimeout:    graceTime,
		WriteTimeout:   graceTime,
		IdleTimeout:    idleTimeout,
		MaxHeaderBytes: maxHeaderBytes,
	}
}

// slots bound what is under way at once.
type slots chan struct{}

// take reports whether there is a place; the caller gives it back.
func (s slots) take() bool {
	select {
	case s <- struct{}{}:
		return true
	default:
		return false
	}
}

func (s slots) give() { <-s }

// handler is the endpoint with its bounds.
type handler struct {
	Server
	uploads, downloads slots
}

func (h *handler) health(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	answer(w, http.StatusOK, h.Info(r.Context()))
}

// failed answers that something inside failed, and tells the operator what.
func (h *handler) failed(w http.ResponseWriter, err error) {
	if h.Failed != nil {
		h.Failed(err)
	}
	refuse(w, http.StatusInternalServerError, "the agent failed to do that; try again later")
}

// busy asks to come back.
func busy(w http.ResponseWriter) {
	w.Header().Set("Retry-After", retrySeconds)
	refuse(w, http.StatusServiceUnavailable, "the agent is busy; try again in "+retrySeconds+" seconds")
}

func refuse(w http.ResponseWriter, status int, sentence string) {
	answer(w, status, map[string]string{"error": sentence})
}

// answer writes JSON. An error means that nobody listens any more.
func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// giveTime sets how long the payload of a request may take. Writers of tests have no
// deadlines.
func giveTime(w http.ResponseWriter, bytes int64) {
	until := time.Now().Add(graceTime + time.Duration(bytes/minRate)*time.Second)
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(until)
	_ = control.SetWriteDeadline(until.Add(graceTime))
}
