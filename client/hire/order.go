package hire

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	sdkmath "cosmossdk.io/math"

	"github.com/aitbc/aitbc/client/seal"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
)

const (
	// defaultDelivery is how long an agent has when the order doesn't say.
	defaultDelivery = 10 * time.Minute
	// milestone is the only one of a hire.
	milestone = 1

	mediaTypePlain = "text/plain"
	maxNameBytes   = 255
)

// Order is what a client wants done.
type Order struct {
	// Skill is the dotted id of the skill, such as text.summarize.
	Skill string
	// Input is handed to the agent, sealed. At least one byte, at most
	// seal.MaxPlaintextBytes.
	Input []byte
	// InputName is the name of the input's file, for people; may be empty.
	InputName string
	// MediaType is the input's, in lower case and without parameters, such as
	// text/markdown.
	MediaType string
	// AgentID is whom to hire; 0 means the cheapest that can be hired.
	AgentID uint64
	// Budget is the most to pay to the agent, in uait; nil or zero means whatever the
	// agent's offer says.
	Budget sdkmath.Int
	// Delivery is how long the agent has; 0 means 10 minutes, or what the offer and
	// the market allow that is nearest to it.
	Delivery time.Duration
	// Review is how long the client has to look at the result; 0 means the market's
	// default, or the most that the offer allows if that is less.
	Review time.Duration
}

// Validate returns an error that names the first field that can't be right.
func (o Order) Validate() error {
	if err := registrytypes.ValidateSkillID(o.Skill, "skill"); err != nil {
		return fmt.Errorf("skill: expected a dotted id such as text.summarize, got %.80q", o.Skill)
	}
	switch {
	case len(o.Input) == 0:
		return errors.New("input: expected at least one byte, got none")
	case int64(len(o.Input)) > seal.MaxPlaintextBytes:
		return fmt.Errorf("input: expected at most %d bytes, got %d", seal.MaxPlaintextBytes, len(o.Input))
	case len(o.InputName) > maxNameBytes:
		return fmt.Errorf("input name: expected at most %d bytes, got %d", maxNameBytes, len(o.InputName))
	case !strings.Contains(o.MediaType, "/") || o.MediaType != strings.ToLower(o.MediaType):
		return fmt.Errorf("media type: expected one such as text/markdown, got %.80q", o.MediaType)
	case !o.Budget.IsNil() && o.Budget.IsNegative():
		return fmt.Errorf("budget: expected zero or more uait, got %s", o.Budget)
	}
	if err := validateWindow("delivery", o.Delivery); err != nil {
		return err
	}
	return validateWindow("review", o.Review)
}

func validateWindow(field string, d time.Duration) error {
	if d < 0 || d%time.Second != 0 {
		return fmt.Errorf("%s: expected whole seconds, such as 10m or 1h30m, got %s", field, d)
	}
	return nil
}

// hasBudget reports whether the order bounds what is paid.
func (o Order) hasBudget() bool { return !o.Budget.IsNil() && o.Budget.IsPositive() }

// pickMediaType returns what to declare the input as, so that a skill takes it: its
// own type, or plain text for any kind of text.
func (o Order) pickMediaType(accepted []string) (string, bool) {
	plain := false
	for _, t := range accepted {
		if t == o.MediaType {
			return t, true
		}
		plain = plain || t == mediaTypePlain
	}
	return mediaTypePlain, plain && strings.HasPrefix(o.MediaType, "text/")
}

// windows returns delivery and review in seconds: what was ordered, or defaults
// within the bounds.
func (o Order) windows(delivery, review bounds, defaultReview uint64) (uint64, uint64) {
	d, r := delivery.clamp(uint64(defaultDelivery/time.Second)), review.clamp(defaultReview)
	if o.Delivery > 0 {
		d = uint64(o.Delivery / time.Second)
	}
	if o.Review > 0 {
		r = uint64(o.Review / time.Second)
	}
	return d, r
}

// bounds are the least and greatest length of a window, in seconds.
type bounds struct{ least, most uint64 }

func (b bounds) clamp(seconds uint64) uint64 { return max(b.least, min(b.most, seconds)) }

// Duration returns seconds of market time as a duration; what is longer than a
// duration can be is the longest.
func Duration(seconds uint64) time.Duration {
	if seconds > uint64(math.MaxInt64/int64(time.Second)) {
		return math.MaxInt64
	}
	return time.Duration(seconds) * time.Second
}
