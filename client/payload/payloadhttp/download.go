package payloadhttp

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/aitbc/aitbc/client/payload"
)

// getPayload serves a payload of the store, whole. Its name is its content, so that
// whoever has it once never needs to ask again.
func (h *handler) getPayload(w http.ResponseWriter, r *http.Request) {
	hash, err := payload.ParseSHA256(r.PathValue("sha256"))
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	if !h.downloads.take() {
		busy(w)
		return
	}
	defer h.downloads.give()
	ref, err := h.Store.Stat(r.Context(), hash)
	if err == nil && r.Header.Get("If-None-Match") == etag(ref) {
		w.Header().Set("ETag", etag(ref))
		w.WriteHeader(http.StatusNotModified)
		return
	}
	var stored io.ReadCloser
	if err == nil {
		stored, err = h.Store.Get(r.Context(), ref)
	}
	switch {
	case errors.Is(err, payload.ErrNotFound):
		refuse(w, http.StatusNotFound, "sha256: "+payload.ErrNotFound.Error())
		return
	case err != nil:
		h.failed(w, fmt.Errorf("serve a payload: %w", err))
		return
	}
	defer func() { _ = stored.Close() }() // it was only read
	giveTime(w, ref.Size)
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.FormatInt(ref.Size, 10))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Header().Set("ETag", etag(ref))
	_, _ = io.Copy(w, stored) // the receiver sees by the length that it broke off
}

func etag(ref payload.Ref) string { return `"` + ref.String() + `"` }
