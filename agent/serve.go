package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/aitbc/aitbc/client/payload"
	"github.com/aitbc/aitbc/client/payload/payloadhttp"
	"github.com/aitbc/aitbc/client/seal"
)

// closeTime is how long answers under way may take when the worker ends.
const closeTime = 5 * time.Second

// serve begins to answer clients and those who watch. The returned function ends it.
func (w *Worker) serve() (func(), error) {
	endpoint, err := listen(w.deps.Listener, w.config.Listen, "listen")
	if err != nil {
		return nil, err
	}
	front := http.NewServeMux()
	front.Handle("/", w.payloadHandler())
	if w.card != nil {
		front.Handle("GET "+CardPath, w.card.handler())
	}
	servers := []*http.Server{payloadhttp.HTTPServer(front)}
	listeners := []net.Listener{endpoint}
	watch := front
	if w.deps.MetricsListener != nil || w.config.MetricsListen != "" {
		inside, err := listen(w.deps.MetricsListener, w.config.MetricsListen, "metrics_listen")
		if err != nil {
			return nil, errors.Join(err, endpoint.Close())
		}
		watch = http.NewServeMux()
		servers, listeners = append(servers, payloadhttp.HTTPServer(watch)), append(listeners, inside)
	}
	watch.Handle("GET /metrics", w.metrics.handler())
	watch.HandleFunc("GET /healthz", w.healthz)
	for i, server := range servers {
		w.log.Info("listening", "address", listeners[i].Addr().String())
		go func() {
			if err := server.Serve(listeners[i]); !errors.Is(err, http.ErrServerClosed) {
				w.log.Error("the endpoint is dead", "address", listeners[i].Addr().String(), "error", err)
			}
		}()
	}
	return func() { shutDown(servers) }, nil
}

func shutDown(servers []*http.Server) {
	ctx, stop := context.WithTimeout(context.Background(), closeTime)
	defer stop()
	for _, server := range servers {
		if err := server.Shutdown(ctx); err != nil {
			_ = server.Close() // whoever still listens is cut off
		}
	}
}

// listen returns the listener that is given, or one at the address.
func listen(given net.Listener, address, field string) (net.Listener, error) {
	if given != nil {
		return given, nil
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%s: expected an address that is free: %w", field, err)
	}
	return listener, nil
}

// payloadHandler is the endpoint for clients.
func (w *Worker) payloadHandler() http.Handler {
	return withAnnounced(payloadhttp.Handler(payloadhttp.Server{
		Store:    w.payloads,
		Inputs:   inputs{w},
		Info:     w.info,
		MaxBytes: maxSealed(w.config.Limits.MaxInputBytes),
		Failed:   func(err error) { w.log.Error("a request failed", "error", err) },
	}))
}

// maxSealed returns how large an input of that size can be once sealed.
func maxSealed(plaintext int64) int64 {
	longest := string(make([]byte, seal.MaxMediaTypeBytes))
	return max(seal.SealedSize(seal.X25519MLKEM768, longest, plaintext), seal.SealedSize(seal.X25519, longest, plaintext))
}

func (w *Worker) info(context.Context) payload.Info {
	return payload.Info{AgentID: w.config.Agent.ID, ChainID: w.config.ChainID, Version: w.deps.Version, Ready: w.ready()}
}

// ready reports whether the agent takes work now.
func (w *Worker) ready() bool {
	s := w.now()
	return s.synced && s.active && !s.draining && len(w.troubles()) == 0
}

// troubles says what is wrong although the process lives.
func (w *Worker) troubles() []string {
	s := w.now()
	var out []string
	if age := time.Since(s.seenAt); age > w.config.StaleAfter {
		out = append(out, fmt.Sprintf("expected a new height within %s, saw none for %s", w.config.StaleAfter, age.Truncate(time.Second)))
	}
	if _, stuck := w.steps(); stuck >= w.config.Limits.Concurrency {
		out = append(out, fmt.Sprintf("expected executions to stop when their time is over, but %d go on and there is no room for others", stuck))
	}
	return out
}

// health is the answer of /healthz.
type health struct {
	Healthy  bool     `json:"healthy"`
	Ready    bool     `json:"ready"`
	AgentID  uint64   `json:"agent_id"`
	ChainID  string   `json:"chain_id"`
	Height   int64    `json:"height"`
	Troubles []string `json:"troubles,omitempty"`
}

// healthz answers 503 when the worker lives but does not work.
func (w *Worker) healthz(rw http.ResponseWriter, _ *http.Request) {
	h := health{
		Ready: w.ready(), AgentID: w.config.Agent.ID, ChainID: w.config.ChainID,
		Height: w.now().height, Troubles: w.troubles(),
	}
	h.Healthy = len(h.Troubles) == 0
	code := http.StatusOK
	if !h.Healthy {
		code = http.StatusServiceUnavailable
	}
	rw.Header().Set("Content-Type", "application/json")
	rw.Header().Set("Cache-Control", "no-store")
	rw.WriteHeader(code)
	_ = json.NewEncoder(rw).Encode(h) // an error means that nobody listens any more
}
