package agent

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	sdkmath "cosmossdk.io/math"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/aitbc/aitbc/agent/executor"
	"github.com/aitbc/aitbc/client/seal"
	"github.com/aitbc/aitbc/types"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// Amount is an amount of coins as people write it: "0.5", "0.5 AIT" or "500000uait".
type Amount string

// Uait returns the amount in the base unit; zero for an empty text.
func (a Amount) Uait() (sdkmath.Int, error) {
	if a == "" {
		return sdkmath.ZeroInt(), nil
	}
	return types.ParseAIT(string(a))
}

// Bounds of a configuration.
const (
	maxChainIDBytes  = 50
	maxNodes         = 16
	maxOffers        = 32
	maxConcurrency   = 1_000
	maxKeyNameBytes  = 128
	maxMessagingKeys = 16
	// maxPublicURLBytes leaves room for the path of a payload within the 256 bytes
	// that the chain allows.
	maxPublicURLBytes = 256 - len(payloadPath) - 64

	minStaleAfter = 5 * time.Second
	minJobTime    = time.Second
	maxJobTime    = 90 * 24 * time.Hour
	maxWindow     = 365 * 24 * time.Hour

	// payloadPath is where the endpoint serves payloads.
	payloadPath = "/v1/payloads/"
)

// keyringBackends are those that an unattended program can use, or ask its user for.
var keyringBackends = []string{"os", "file", "test", "kwallet", "pass", "keychain"}

// Validate returns an error that names the first field that is wrong.
func (c Config) Validate() error {
	for _, check := range []func() error{
		c.checkChain, c.checkAgent, c.checkKeys, c.checkEndpoint, c.checkLimits, c.checkOffers,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (c Config) checkChain() error {
	if n := len(c.ChainID); n == 0 || n > maxChainIDBytes {
		return fmt.Errorf("chain_id: expected 1 to %d bytes, got %d", maxChainIDBytes, n)
	}
	if n := len(c.Nodes.GRPC); n < 1 || n > maxNodes {
		return fmt.Errorf("nodes.grpc: expected 1 to %d addresses such as 127.0.0.1:9090, got %d", maxNodes, n)
	}
	for i, address := range c.Nodes.GRPC {
		if err := checkHostPort(address, 1); err != nil {
			return fmt.Errorf("nodes.grpc[%d]: %w", i, err)
		}
	}
	if n := len(c.Nodes.RPC); n < 1 || n > maxNodes {
		return fmt.Errorf("nodes.rpc: expected 1 to %d addresses such as http://127.0.0.1:26657, got %d", maxNodes, n)
	}
	for i, address := range c.Nodes.RPC {
		if err := checkURL(address); err != nil {
			return fmt.Errorf("nodes.rpc[%d]: %w", i, err)
		}
	}
	return nil
}

// anySkill stands in for the skills where they are not what is checked.
var anySkill = OfferConfig{Skill: "a.b", Price: "1uait"}

// checkAgent leaves the rules of texts to the chain's own check of profiles.
func (c Config) checkAgent() error {
	alone := Config{Agent: c.Agent, Offers: []OfferConfig{anySkill}, PublicURL: "http://a", Limits: DefaultConfig().Limits}
	alone.Offers[0].Version = defaultVersion
	profile, err := alone.Profile(nil)
	if err != nil {
		return err
	}
	if err := profile.Validate(); err != nil {
		return plainError(err, "profile.", "agent.")
	}
	bond, err := c.Agent.Bond.Uait()
	if err != nil {
		return fmt.Errorf("agent.bond: %w", err)
	}
	if bond.GT(registrytypes.MaxAmount()) {
		return fmt.Errorf("agent.bond: expected at most %s AIT, got %s", types.FormatAIT(registrytypes.MaxAmount()), c.Agent.Bond)
	}
	return nil
}

func (c Config) checkKeys() error {
	if n := len(c.Key.Name); n == 0 || n > maxKeyNameBytes {
		return fmt.Errorf("key.name: expected 1 to %d bytes, got %d", maxKeyNameBytes, n)
	}
	if !slices.Contains(keyringBackends, c.Key.Backend) {
		return fmt.Errorf("key.backend: expected one of %s, got %q", strings.Join(keyringBackends, ", "), c.Key.Backend)
	}
	if c.Key.Dir == "" {
		return errors.New("key.dir: expected the directory of the keyring, got none")
	}
	if n := len(c.MessagingKeys); n < 1 || n > maxMessagingKeys {
		return fmt.Errorf("messaging_keys: expected 1 to %d files, got %d", maxMessagingKeys, n)
	}
	for i, path := range c.MessagingKeys {
		if path == "" || slices.Contains(c.MessagingKeys[:i], path) {
			return fmt.Errorf("messaging_keys[%d]: expected a file that is not listed twice, got %q", i, path)
		}
	}
	return nil
}

func (c Config) checkEndpoint() error {
	if c.DataDir == "" {
		return errors.New("data_dir: expected a directory, got none")
	}
	if err := checkHostPort(c.Listen, 0); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	if c.MetricsListen != "" {
		if err := checkHostPort(c.MetricsListen, 0); err != nil {
			return fmt.Errorf("metrics_listen: %w", err)
		}
	}
	if n := len(c.PublicURL); n > maxPublicURLBytes {
		return fmt.Errorf("public_url: expected at most %d bytes, got %d", maxPublicURLBytes, n)
	}
	if err := checkURL(c.PublicURL); err != nil {
		return fmt.Errorf("public_url: %w", err)
	}
	if strings.ContainsRune(c.PublicURL, '?') {
		return fmt.Errorf("public_url: expected an address without a query, got %q", c.PublicURL)
	}
	if c.Executor != ExecutorEmbedded {
		return fmt.Errorf("executor: expected %s, got %q", ExecutorEmbedded, c.Executor)
	}
	return nil
}

func (c Config) checkOffers() error {
	if n := len(c.Offers); n < 1 || n > maxOffers {
		return fmt.Errorf("offers: expected 1 to %d, got %d", maxOffers, n)
	}
	seen := map[string]bool{}
	for i, o := range c.Offers {
		field := fmt.Sprintf("offers[%d]", i)
		o = o.withDefaults(c)
		if err := o.check(field); err != nil {
			return err
		}
		if seen[o.Skill] {
			return fmt.Errorf("%s.skill: expected one that is not listed twice, got %q", field, o.Skill)
		}
		seen[o.Skill] = true
	}
	// What is left is the size of the whole; its keys come from files.
	profile, err := c.Profile(nil)
	if err != nil {
		return err
	}
	if err := profile.Validate(); err != nil {
		return plainError(err, "profile.", "agent.")
	}
	return nil
}

func (o OfferConfig) check(field string) error {
	if err := registrytypes.ValidateSkillID(o.Skill, field+".skill"); err != nil {
		return plainError(err, "", "")
	}
	for _, window := range []struct {
		name string
		time time.Duration
	}{{"min_delivery", o.MinDelivery}, {"max_delivery", o.MaxDelivery}, {"max_review", o.MaxReview}} {
		if window.time <= 0 || window.time%time.Second != 0 {
			return fmt.Errorf("%s.%s: expected whole seconds, at least 1s, got %s", field, window.name, window.time)
		}
	}
	if o.MaxDelivery > maxWindow || o.MaxReview > maxWindow {
		return fmt.Errorf("%s: expected max_delivery and max_review of at most %s, got %s and %s", field, maxWindow, o.MaxDelivery, o.MaxReview)
	}
	terms, err := o.terms()
	if err != nil {
		return fmt.Errorf("%s.%w", field, err)
	}
	if err := terms.Validate(); err != nil {
		return plainError(err, "terms.", field+".")
	}
	skill, err := o.profileSkill(1)
	if err != nil {
		return fmt.Errorf("%s.%w", field, err)
	}
	if err := skill.Validate(field); err != nil {
		return plainError(err, "", "")
	}
	return nil
}

func (c Config) checkLimits() error {
	l := c.Limits
	switch {
	case l.MaxInputBytes < 1 || l.MaxInputBytes > seal.MaxPlaintextBytes:
		return fmt.Errorf("limits.max_input_bytes: expected 1 to %d, got %d", seal.MaxPlaintextBytes, l.MaxInputBytes)
	case l.Concurrency < 1 || l.Concurrency > maxConcurrency:
		return fmt.Errorf("limits.concurrency: expected 1 to %d, got %d", maxConcurrency, l.Concurrency)
	case l.JobTime < minJobTime || l.JobTime > maxJobTime:
		return fmt.Errorf("limits.job_time: expected %s to %s, got %s", minJobTime, maxJobTime, l.JobTime)
	case c.StaleAfter < minStaleAfter:
		return fmt.Errorf("stale_after: expected at least %s, got %s", minStaleAfter, c.StaleAfter)
	case c.Grace < 0:
		return fmt.Errorf("grace: expected zero or more, got %s", c.Grace)
	}
	return nil
}

// agentType returns the type of that name, such as ai_model.
func agentType(name string) (registrytypes.AgentType, error) {
	value := registrytypes.AgentType_value["AGENT_TYPE_"+strings.ToUpper(name)]
	if value == 0 || name != strings.ToLower(name) {
		return 0, fmt.Errorf("agent.type: expected ai_model, data_provider, validator, market_maker, broker or oracle, got %q", name)
	}
	return registrytypes.AgentType(value), nil
}

// checkHostPort wants an address to dial, from minPort 1, or to listen at, from 0.
func checkHostPort(address string, minPort uint64) error {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("expected host:port, got %q", address)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n < minPort {
		return fmt.Errorf("expected a port from %d to 65535, got %q", minPort, port)
	}
	return nil
}

func checkURL(address string) error {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || strings.ContainsRune(address, '#') {
		return fmt.Errorf("expected an http or https address without credentials and fragment, got %q", address)
	}
	return nil
}

// plainError takes the class that a module's error ends with off its text, and names
// the field as it is called in the configuration.
func plainError(err error, prefix, field string) error {
	text := err.Error()
	for _, class := range []error{
		registrytypes.ErrInvalidProfile, registrytypes.ErrInvalidMessage, jobmarkettypes.ErrInvalidMessage, sdkerrors.ErrInvalidCoins,
	} {
		text = strings.TrimSuffix(text, ": "+class.Error())
	}
	if rest, ok := strings.CutPrefix(text, prefix); ok {
		text = field + rest
	}
	return errors.New(text)
}

// NewExecutor returns the executor that the configuration names.
func (c Config) NewExecutor() (executor.Executor, error) {
	if c.Executor != ExecutorEmbedded {
		return nil, fmt.Errorf("executor: expected %s, got %q", ExecutorEmbedded, c.Executor)
	}
	return executor.Embedded{}, nil
}
