package agent

import (
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/aitbc/aitbc/client/payload"
)

// stage is how far a milestone is. Stages only go forward.
type stage string

const (
	// stageAwaitInput has no input yet.
	stageAwaitInput stage = "await_input"
	// stageReady has its input in the store.
	stageReady stage = "ready"
	// stageRefused has an input that can't be used; the job is to be given up.
	stageRefused stage = "refused"
	// stageExecuted has its sealed result in the store.
	stageExecuted stage = "executed"
	// stageSubmitted has a result on the chain.
	stageSubmitted stage = "submitted"
	// stageDone needs nothing more.
	stageDone stage = "done"
)

// stages are all in order.
func stages() []stage {
	return []stage{stageAwaitInput, stageReady, stageRefused, stageExecuted, stageSubmitted, stageDone}
}

// work is what the worker has done for a milestone.
type work struct {
	Stage stage `json:"stage"`
	// Input names the sealed input, once it is in the store.
	Input *payloadRef `json:"input,omitempty"`
	// Result names the sealed result, from before it is put into the store: so it is
	// found again after a kill, and never made twice.
	Result *payloadRef `json:"result,omitempty"`
	// MediaType is of the opened result.
	MediaType string `json:"media_type,omitempty"`
	// Reason says why it was refused, or how it ended.
	Reason string `json:"reason,omitempty"`
}

// The functions below are the edges. Each returns what becomes of the work, and
// whether that is another thing than before: an edge that is not there changes
// nothing, so that each step can be repeated.

func (s work) inputStored(ref payload.Ref) (work, bool) {
	if s.Stage != stageAwaitInput {
		return s, false
	}
	s.Stage, s.Input = stageReady, newPayloadRef(ref)
	return s, true
}

// inputLost goes back: the only way to work on is that the client sends it again.
func (s work) inputLost() (work, bool) {
	if s.Stage != stageReady {
		return s, false
	}
	return work{Stage: stageAwaitInput}, true
}

func (s work) refused(reason string) (work, bool) {
	if s.Stage != stageAwaitInput && s.Stage != stageReady {
		return s, false
	}
	s.Stage, s.Reason = stageRefused, reason
	return s, true
}

// sealed names a result that is about to be stored. A later one replaces it as long as
// none is stored.
func (s work) sealed(ref payload.Ref, mediaType string) (work, bool) {
	if s.Stage != stageReady {
		return s, false
	}
	s.Result, s.MediaType = newPayloadRef(ref), mediaType
	return s, true
}

func (s work) executed() (work, bool) {
	if s.Stage != stageReady || s.Result == nil {
		return s, false
	}
	s.Stage = stageExecuted
	return s, true
}

// resultLost goes back: the result is made anew.
func (s work) resultLost() (work, bool) {
	if s.Stage != stageExecuted {
		return s, false
	}
	s.Stage, s.Result, s.MediaType = stageReady, nil, ""
	return s, true
}

func (s work) submitted() (work, bool) {
	if s.Stage == stageSubmitted || s.Stage == stageDone {
		return s, false
	}
	s.Stage = stageSubmitted
	return s, true
}

func (s work) done(reason string) (work, bool) {
	if s.Stage == stageDone {
		return s, false
	}
	s.Stage, s.Reason = stageDone, reason
	return s, true
}

// payloadRef is a payload.Ref as it is stored.
type payloadRef payload.Ref

func newPayloadRef(ref payload.Ref) *payloadRef {
	p := payloadRef(ref)
	return &p
}

// ref returns what it names.
func (p payloadRef) ref() payload.Ref { return payload.Ref(p) }

// storedRef is the JSON of a payloadRef.
type storedRef struct {
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

// MarshalJSON implements json.Marshaler.
func (p payloadRef) MarshalJSON() ([]byte, error) {
	return json.Marshal(storedRef{SHA256: hex.EncodeToString(p.SHA256[:]), Size: p.Size})
}

// UnmarshalJSON implements json.Unmarshaler.
func (p *payloadRef) UnmarshalJSON(raw []byte) error {
	var stored storedRef
	if err := json.Unmarshal(raw, &stored); err != nil {
		return err
	}
	hash, err := payload.ParseSHA256(stored.SHA256)
	if err != nil {
		return fmt.Errorf("payload: %w", err)
	}
	p.SHA256, p.Size = hash, stored.Size
	return nil
}
