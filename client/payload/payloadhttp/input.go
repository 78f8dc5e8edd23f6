package payloadhttp

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/aitbc/aitbc/client/payload"
)

// maxClientBytes bounds the address in a path, as bech32 does.
const maxClientBytes = 90

// target is the milestone that an input is for.
type target struct {
	client    string
	sequence  uint64
	milestone uint32
}

// parseTarget reads a target from the path.
func parseTarget(r *http.Request) (target, error) {
	client := r.PathValue("client")
	if len(client) > maxClientBytes {
		return target{}, fmt.Errorf("client: expected an address of at most %d bytes, got %d", maxClientBytes, len(client))
	}
	sequence, err := strconv.ParseUint(r.PathValue("sequence"), 10, 64)
	if err != nil {
		return target{}, errors.New("sequence: expected the number of a job")
	}
	milestone, err := strconv.ParseUint(r.PathValue("milestone"), 10, 32)
	if err != nil || milestone == 0 {
		return target{}, errors.New("milestone: expected a number from 1")
	}
	return target{client: client, sequence: sequence, milestone: uint32(milestone)}, nil
}

// putInput takes an input. All that can be refused without its bytes is refused
// before they are read.
func (h *handler) putInput(w http.ResponseWriter, r *http.Request) {
	to, err := parseTarget(r)
	switch {
	case err != nil:
		refuse(w, http.StatusBadRequest, err.Error())
		return
	case r.ContentLength < 0:
		refuse(w, http.StatusLengthRequired, "Content-Length: expected the number of bytes")
		return
	case r.ContentLength > h.MaxBytes:
		refuse(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("input: expected at most %d bytes, got %d", h.MaxBytes, r.ContentLength))
		return
	case !h.uploads.take():
		busy(w)
		return
	}
	defer h.uploads.give()
	want, err := h.Inputs.Accept(r.Context(), to.client, to.sequence, to.milestone)
	switch {
	case errors.Is(err, ErrUnknownJob):
		refuse(w, http.StatusNotFound, "job: "+ErrUnknownJob.Error())
	case err != nil:
		h.failed(w, fmt.Errorf("accept an input of %s/%d/%d: %w", to.client, to.sequence, to.milestone, err))
	case h.has(r, want):
		h.stored(w, r, to, want, http.StatusOK)
	case r.ContentLength != want.Size:
		mismatch := &payload.MismatchError{Want: want, Got: payload.Ref{Size: r.ContentLength}, SizeOnly: true}
		refuse(w, http.StatusUnprocessableEntity, "input: "+mismatch.Error())
	default:
		h.receive(w, r, to, want)
	}
}

// has reports whether the store has it intact. What is damaged is taken anew.
func (h *handler) has(r *http.Request, want payload.Ref) bool {
	stored, err := h.Store.Get(r.Context(), want)
	if err != nil {
		return false
	}
	_ = stored.Close() // it was only looked at
	return true
}

// receive stores the body if it is what is wanted, and nothing otherwise.
func (h *handler) receive(w http.ResponseWriter, r *http.Request, to target, want payload.Ref) {
	giveTime(w, want.Size)
	body := &watched{r: r.Body}
	got, err := h.Store.Put(r.Context(), payload.Verify(body, want))
	var mismatch *payload.MismatchError
	switch {
	case errors.As(err, &mismatch):
		refuse(w, http.StatusUnprocessableEntity, "input: "+mismatch.Error())
	case errors.Is(err, payload.ErrTooLarge):
		refuse(w, http.StatusRequestEntityTooLarge, "input: "+payload.ErrTooLarge.Error())
	case body.err != nil:
		refuse(w, http.StatusBadRequest, "input: expected all announced bytes, but they broke off or took too long")
	case err != nil:
		h.failed(w, fmt.Errorf("store an input of %s/%d/%d: %w", to.client, to.sequence, to.milestone, err))
	default:
		h.stored(w, r, to, got, http.StatusCreated)
	}
}

func (h *handler) stored(w http.ResponseWriter, r *http.Request, to target, ref payload.Ref, status int) {
	if err := h.Inputs.Stored(r.Context(), to.client, to.sequence, to.milestone, ref); err != nil {
		h.failed(w, fmt.Errorf("note the input of %s/%d/%d: %w", to.client, to.sequence, to.milestone, err))
		return
	}
	answer(w, status, map[string]any{"sha256": ref.String(), "size": ref.Size})
}

// watched remembers that reading failed, which is the sender's doing and not the
// store's.
type watched struct {
	r   io.Reader
	err error
}

// Read implements io.Reader.
func (b *watched) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = err
	}
	return n, err
}
