package agent

import (
	"cmp"
	"time"
)

// Config is the configuration of one agent, as in its YAML file. Relative paths are
// relative to that file.
type Config struct {
	// ChainID is the chain that the agent works on.
	ChainID string `yaml:"chain_id"`
	// Nodes are where the chain is asked.
	Nodes NodesConfig `yaml:"nodes"`
	// Agent is who the agent is.
	Agent AgentConfig `yaml:"agent"`
	// Key signs the agent's transactions.
	Key KeyConfig `yaml:"key"`
	// MessagingKeys are files with the keys that inputs are sealed to. The first of
	// each suite is published; the others still open what was sealed to them.
	MessagingKeys []string `yaml:"messaging_keys"`
	// Card is a file with the agent's A2A card, served at CardPath below PublicURL; empty
	// for none.
	Card string `yaml:"card,omitempty"`
	// DataDir is where the worker keeps its state and payloads. One worker at a time
	// may use it.
	DataDir string `yaml:"data_dir"`
	// Listen is host:port of the endpoint for clients.
	Listen string `yaml:"listen"`
	// MetricsListen is host:port of /metrics and /healthz. If it is empty, they are
	// served on Listen, where everybody can see them.
	MetricsListen string `yaml:"metrics_listen"`
	// PublicURL is where clients reach Listen: http or https, 179 bytes at most.
	PublicURL string `yaml:"public_url"`
	// Executor does the work: embedded.
	Executor string `yaml:"executor"`
	// Offers are what the agent can be hired for: 1 to 32, each for another skill.
	Offers []OfferConfig `yaml:"offers"`
	// Limits bound what a job may take.
	Limits LimitsConfig `yaml:"limits"`
	// StaleAfter is how long the chain may show no new block before the worker
	// reports itself unhealthy. At least 5s; default 1m.
	StaleAfter time.Duration `yaml:"stale_after"`
	// Grace is how long work under way may go on after the worker was told to stop.
	// Zero or more; default 30s.
	Grace time.Duration `yaml:"grace"`
}

// NodesConfig are the nodes that the worker asks. When one does not answer, it asks
// the next.
type NodesConfig struct {
	// GRPC are host:port of gRPC servers, at least one.
	GRPC []string `yaml:"grpc"`
	// RPC are http or https addresses of CometBFT servers, at least one.
	RPC []string `yaml:"rpc"`
}

// AgentConfig is the agent's identity and what it tells about itself.
type AgentConfig struct {
	// ID is the agent's number on the chain; 0 if it is not registered yet.
	ID uint64 `yaml:"id"`
	// Type is ai_model, data_provider, validator, market_maker, broker or oracle.
	Type string `yaml:"type"`
	// Name has 3 to 64 characters.
	Name string `yaml:"name"`
	// Description has at most 1,024 characters.
	Description string `yaml:"description"`
	// Version is a semantic version.
	Version string `yaml:"version"`
	// Bond is what is to be at stake at least.
	Bond Amount `yaml:"bond"`
	// Payout receives what the agent earns; empty means the owner. It is read only
	// when the agent is registered.
	Payout string `yaml:"payout"`
}

// KeyConfig names the key of the agent's operator or owner.
type KeyConfig struct {
	// Name is of the key within the keyring.
	Name string `yaml:"name"`
	// Backend is os, file, test, kwallet, pass or keychain.
	Backend string `yaml:"backend"`
	// Dir is where the keyring is.
	Dir string `yaml:"dir"`
}

// OfferConfig is one skill and the terms on which anybody may hire the agent for it.
type OfferConfig struct {
	// Skill is what the executor calls it, such as text.summarize.
	Skill string `yaml:"skill"`
	// Name is for people, 1 to 64 characters; default is the skill.
	Name string `yaml:"name"`
	// Version is a semantic version; default is the agent's.
	Version string `yaml:"version"`
	// Tags help to find it: at most 8.
	Tags []string `yaml:"tags"`
	// InputMediaTypes are what it takes; default text/plain and text/markdown.
	InputMediaTypes []string `yaml:"input_media_types"`
	// OutputMediaTypes are what it gives; default text/markdown.
	OutputMediaTypes []string `yaml:"output_media_types"`
	// Price is the least that a milestone pays, for the whole of it.
	Price Amount `yaml:"price"`
	// MaxAmount is the most that one may pay; default is the price.
	MaxAmount Amount `yaml:"max_amount"`
	// MinDelivery and MaxDelivery are the times for delivery that the agent accepts;
	// default 2m and 24h. Whole seconds, as all windows.
	MinDelivery time.Duration `yaml:"min_delivery"`
	MaxDelivery time.Duration `yaml:"max_delivery"`
	// MaxReview is the longest that it waits for a review; default 24h.
	MaxReview time.Duration `yaml:"max_review"`
	// MaxLiveJobs is how many live jobs the agent may have in all for the offer to be
	// open. 1 to 1,000; default 10.
	MaxLiveJobs uint32 `yaml:"max_live_jobs"`
	// MaxMilestones is how many milestones a job may have: the agent is bound for the
	// time of all of them. 1 to 16; default 4.
	MaxMilestones uint32 `yaml:"max_milestones"`
}

// LimitsConfig bounds what jobs may take.
type LimitsConfig struct {
	// MaxInputBytes bounds an input once opened. 1 to 67,108,864 (64 MiB); default
	// 4,194,304 (4 MiB).
	MaxInputBytes int64 `yaml:"max_input_bytes"`
	// Concurrency is how many jobs are worked on at a time. 1 to 1,000; default 2.
	Concurrency int `yaml:"concurrency"`
	// JobTime bounds one attempt at a job. 1s to 2160h; default 10m.
	JobTime time.Duration `yaml:"job_time"`
}

// Names of what can be configured.
const (
	// ExecutorEmbedded needs nothing but this program.
	ExecutorEmbedded = "embedded"

	defaultMaxInputBytes = 4 << 20
	defaultConcurrency   = 2
	defaultJobTime       = 10 * time.Minute
	defaultStaleAfter    = time.Minute
	defaultGrace         = 30 * time.Second
	defaultMinDelivery   = 2 * time.Minute
	defaultMaxDelivery   = 24 * time.Hour
	defaultMaxReview     = 24 * time.Hour
	defaultMaxLiveJobs   = 10
	defaultMaxMilestones = 4
	defaultVersion       = "1.0.0"
	defaultType          = "ai_model"
)

// DefaultConfig returns the configuration that a file changes: all that has a default,
// and no offers.
func DefaultConfig() Config {
	return Config{
		Agent:      AgentConfig{Type: defaultType, Version: defaultVersion},
		Executor:   ExecutorEmbedded,
		Limits:     LimitsConfig{MaxInputBytes: defaultMaxInputBytes, Concurrency: defaultConcurrency, JobTime: defaultJobTime},
		StaleAfter: defaultStaleAfter,
		Grace:      defaultGrace,
	}
}

// withDefaults fills in what an offer leaves to its defaults.
func (o OfferConfig) withDefaults(c Config) OfferConfig {
	o.Name = cmp.Or(o.Name, o.Skill)
	o.Version = cmp.Or(o.Version, c.Agent.Version)
	if len(o.InputMediaTypes) == 0 {
		o.InputMediaTypes = []string{"text/plain", "text/markdown"}
	}
	if len(o.OutputMediaTypes) == 0 {
		o.OutputMediaTypes = []string{"text/markdown"}
	}
	o.MaxAmount = cmp.Or(o.MaxAmount, o.Price)
	o.MinDelivery = cmp.Or(o.MinDelivery, defaultMinDelivery)
	o.MaxDelivery = cmp.Or(o.MaxDelivery, defaultMaxDelivery)
	o.MaxReview = cmp.Or(o.MaxReview, defaultMaxReview)
	o.MaxLiveJobs = cmp.Or(o.MaxLiveJobs, defaultMaxLiveJobs)
	o.MaxMilestones = cmp.Or(o.MaxMilestones, defaultMaxMilestones)
	return o
}
