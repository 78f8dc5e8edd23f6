package hire

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"strings"
	"time"

	sdkmath "cosmossdk.io/math"

	"github.com/aitbc/aitbc/client/payload"
	"github.com/aitbc/aitbc/client/seal"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// recordFormat is the version of the journal's files.
const recordFormat = 1

// record is order.json: what is posted, and whom it is handed to. It never changes.
type record struct {
	Format    int       `json:"format"`
	CreatedAt time.Time `json:"created_at"`

	ChainID   string `json:"chain_id"`
	Client    string `json:"client"`
	ClientRef string `json:"client_ref"`

	Skill     string `json:"skill"`
	InputName string `json:"input_name,omitempty"`
	AgentID   uint64 `json:"agent_id"`
	AgentName string `json:"agent_name"`
	AgentURL  string `json:"agent_url"`
	AgentKey  []byte `json:"agent_key"`
	OfferID   uint32 `json:"offer_id"`

	Amount          sdkmath.Int `json:"amount_uait"`
	DeliverySeconds uint64      `json:"delivery_seconds"`
	ReviewSeconds   uint64      `json:"review_seconds"`

	// InputSHA256 and InputSize are of the sealed input.
	InputSHA256 []byte `json:"input_sha256"`
	InputSize   int64  `json:"input_size"`
	// Suite and PublicKey are what the result is sealed to.
	Suite     seal.Suite `json:"suite"`
	PublicKey []byte     `json:"public_key"`
}

// newRef returns a random name for a job: 26 characters, which nobody can guess and
// no two hires share.
func newRef() string { return strings.ToLower(rand.Text()) }

func newRecord(p Plan, chainID, client, ref string, key seal.PublicKey, hash [sha256.Size]byte) record {
	return record{
		Format: recordFormat, ChainID: chainID, Client: client, ClientRef: ref,
		Skill: p.Order.Skill, InputName: p.Order.InputName,
		AgentID: p.Agent.ID, AgentName: p.Agent.Name, AgentURL: p.Agent.URL, AgentKey: p.Agent.Key.PublicKey,
		OfferID: p.Agent.OfferID,
		Amount:  p.Quote.Amount, DeliverySeconds: p.Quote.DeliverySeconds, ReviewSeconds: p.Quote.ReviewSeconds,
		InputSHA256: hash[:], Suite: key.Suite(), PublicKey: key.Bytes(),
	}
}

// binding is the place that input and result are sealed for.
func (r record) binding(role seal.Role) seal.Binding {
	return seal.Binding{ChainID: r.ChainID, Client: r.Client, ClientRef: r.ClientRef, Milestone: milestone, Role: role}
}

// message is what is posted: the same each time it is asked for.
func (r record) message() *jobmarkettypes.MsgPostJob {
	return &jobmarkettypes.MsgPostJob{
		Client: r.Client, ClientRef: r.ClientRef, Award: jobmarkettypes.AWARD_MODE_OFFER,
		AgentId: r.AgentID, OfferId: r.OfferID,
		Milestones: []jobmarkettypes.MilestoneTerms{{
			Amount: registrytypes.Uait(r.Amount), DeliverySeconds: r.DeliverySeconds, DescriptionHash: r.InputSHA256,
		}},
		ReviewSeconds: r.ReviewSeconds,
		MessagingKey:  registrytypes.MessagingKey{Suite: registrytypes.HpkeSuite(r.Suite), PublicKey: r.PublicKey},
	}
}

// input names the sealed input.
func (r record) input() payload.Ref {
	return payload.Ref{SHA256: [sha256.Size]byte(r.InputSHA256), Size: r.InputSize}
}

// posted reports whether a job is the one of this record.
func (r record) posted(j jobmarkettypes.Job) bool {
	return j.ClientRef == r.ClientRef && j.AgentId == r.AgentID && len(j.Milestones) == 1 &&
		bytes.Equal(j.Milestones[0].DescriptionHash, r.InputSHA256) && bytes.Equal(j.MessagingKey.PublicKey, r.PublicKey)
}

func (r record) validate() error {
	switch {
	case r.Format != recordFormat:
		return errors.New("it was written by another release")
	case r.ClientRef == "" || r.ChainID == "" || r.Client == "" || len(r.InputSHA256) != sha256.Size || r.Amount.IsNil():
		return errors.New("it is incomplete")
	}
	return nil
}

// state is state.json: what has been done. All of it but the place of the result can
// be learned from the chain; the transactions are kept to be shown.
type state struct {
	Sequence uint64      `json:"sequence,omitempty"`
	Txs      map[Step]Tx `json:"txs,omitempty"`
	// Place is where the opened result is.
	Place string `json:"place,omitempty"`
	// Ended is how the job ended, in words.
	Ended string `json:"ended,omitempty"`
}
