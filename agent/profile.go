package agent

import (
	"fmt"
	"strings"
	"time"

	"github.com/aitbc/aitbc/client/seal"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// How the endpoint stands in an agent's profile.
const (
	// InterfaceBinding is the binding of the payload endpoint.
	InterfaceBinding = "HTTP+JSON"
	// InterfaceVersion is the version of the protocol that it speaks.
	InterfaceVersion = "1"
)

// Profile returns what the agent tells about itself on the chain, with the first of
// the keys of each suite.
func (c Config) Profile(keys []seal.PublicKey) (registrytypes.Profile, error) {
	kind, err := agentType(c.Agent.Type)
	if err != nil {
		return registrytypes.Profile{}, err
	}
	p := registrytypes.Profile{
		Type:        kind,
		Name:        c.Agent.Name,
		Description: c.Agent.Description,
		Version:     c.Agent.Version,
		Interfaces: []registrytypes.Interface{
			{Url: c.endpointURL(), Binding: InterfaceBinding, ProtocolVersion: InterfaceVersion},
		},
	}
	if err := c.addCard(&p); err != nil {
		return registrytypes.Profile{}, err
	}
	for i, o := range c.Offers {
		skill, err := o.withDefaults(c).profileSkill(c.Limits.Concurrency)
		if err != nil {
			return registrytypes.Profile{}, fmt.Errorf("offers[%d].%w", i, err)
		}
		p.Skills = append(p.Skills, skill)
	}
	seen := map[seal.Suite]bool{}
	for _, key := range keys {
		if !seen[key.Suite()] {
			p.MessagingKeys = append(p.MessagingKeys, registryKey(key))
		}
		seen[key.Suite()] = true
	}
	return p, nil
}

// endpointURL is the public address without a slash at its end.
func (c Config) endpointURL() string { return strings.TrimRight(c.PublicURL, "/") }

// profileSkill returns the skill as the profile lists it.
func (o OfferConfig) profileSkill(concurrency int) (registrytypes.Skill, error) {
	price, err := o.price()
	if err != nil {
		return registrytypes.Skill{}, err
	}
	return registrytypes.Skill{
		Id: o.Skill, Name: o.Name, Version: o.Version, Tags: o.Tags,
		InputMediaTypes: o.InputMediaTypes, OutputMediaTypes: o.OutputMediaTypes,
		Price: price, MaxConcurrentJobs: uint32(concurrency),
	}, nil
}

func (o OfferConfig) price() (registrytypes.Price, error) {
	amount, err := o.Price.Uait()
	if err != nil {
		return registrytypes.Price{}, fmt.Errorf("price: %w", err)
	}
	return registrytypes.Price{Model: registrytypes.PRICE_MODEL_FLAT, Amount: registrytypes.Uait(amount)}, nil
}

// terms returns what the agent binds itself to with the offer.
func (o OfferConfig) terms() (jobmarkettypes.OfferTerms, error) {
	price, err := o.price()
	if err != nil {
		return jobmarkettypes.OfferTerms{}, err
	}
	most, err := o.MaxAmount.Uait()
	if err != nil {
		return jobmarkettypes.OfferTerms{}, fmt.Errorf("max_amount: %w", err)
	}
	return jobmarkettypes.OfferTerms{
		Skill: o.Skill, Price: price, MinAmount: price.Amount, MaxAmount: registrytypes.Uait(most),
		MinDeliverySeconds: seconds(o.MinDelivery), MaxDeliverySeconds: seconds(o.MaxDelivery),
		MaxReviewSeconds: seconds(o.MaxReview), MaxLiveJobs: o.MaxLiveJobs, MaxMilestones: o.MaxMilestones,
	}, nil
}

func seconds(d time.Duration) uint64 { return uint64(max(d, 0) / time.Second) }

// registryKey returns a key as it is published. The suites have the same numbers.
func registryKey(key seal.PublicKey) registrytypes.MessagingKey {
	return registrytypes.MessagingKey{Suite: registrytypes.HpkeSuite(key.Suite()), PublicKey: key.Bytes()}
}

// sealKey is the reverse of registryKey.
func sealKey(key registrytypes.MessagingKey) (seal.PublicKey, error) {
	if key.Suite < 0 || key.Suite > 255 {
		return seal.PublicKey{}, fmt.Errorf("suite: expected a known one, got %d", key.Suite)
	}
	return seal.ParsePublicKey(seal.Suite(key.Suite), key.PublicKey)
}

// LoadMessagingKeys reads the keys that the configuration names, in its order.
func (c Config) LoadMessagingKeys() ([]seal.PrivateKey, error) {
	keys := make([]seal.PrivateKey, len(c.MessagingKeys))
	for i, path := range c.MessagingKeys {
		key, err := seal.LoadPrivateKey(path)
		if err != nil {
			return nil, fmt.Errorf("messaging_keys[%d]: %w", i, err)
		}
		keys[i] = key
	}
	return keys, nil
}

// publicKeys returns the public halves.
func publicKeys(keys []seal.PrivateKey) []seal.PublicKey {
	out := make([]seal.PublicKey, len(keys))
	for i, key := range keys {
		out[i] = key.Public()
	}
	return out
}
