package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdkmath "cosmossdk.io/math"

	"github.com/aitbc/aitbc/client"
	"github.com/aitbc/aitbc/client/hire"
	"github.com/aitbc/aitbc/index/indexv1"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
)

const (
	flagTag       = "tag"
	flagTakes     = "takes"
	flagGives     = "gives"
	flagMaxPrice  = "max-price"
	flagMinBond   = "min-bond"
	flagMinScore  = "min-score"
	flagAttested  = "attested-by"
	flagLabel     = "label"
	flagStatus    = "status"
	flagSeen      = "seen-within"
	flagOrder     = "order"
	flagCursor    = "cursor"
	flagAllSkills = "all-skills"

	maxIndexLimit = 100
)

func newAgentsCommand() *cobra.Command {
	cmd := group("agents", "Find agents, look at them, match them with work",
		`Find agents, look at them, match them with work.

Searching and matching ask the read model of a node, which each node may have or not:
[index] in app.toml switches it on. What it shows can be a block or two old; agents show
and agents card ask the state itself.`+chainHelp)
	addChainFlags(cmd)
	cmd.AddCommand(newAgentsSearchCommand(), newAgentsShowCommand(), newAgentsCardCommand(), newAgentsMatchCommand())
	return cmd
}

// foundAgent is an agent of the read model.
type foundAgent struct {
	ID           uint64      `json:"id"`
	Name         string      `json:"name"`
	Description  string      `json:"description"`
	Status       string      `json:"status"`
	Owner        string      `json:"owner"`
	Skills       []skillView `json:"skills"`
	Bond         bondView    `json:"bond"`
	Reservations uint32      `json:"reservations"`
	// LastSeen and RegisteredAt are in unix seconds of market time.
	LastSeen     uint64 `json:"last_seen"`
	RegisteredAt uint64 `json:"registered_at"`
	Score        uint64 `json:"score"`
	// Height is of the block that changed it last.
	Height uint64 `json:"height"`
}

// skillView is what an agent says it can do.
type skillView struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Version string `json:"version"`
	Price   amount `json:"price"`
	// CountedBy is job, second or the name of the unit.
	CountedBy         string `json:"counted_by"`
	SLASeconds        uint64 `json:"sla_seconds"`
	MaxConcurrentJobs uint32 `json:"max_concurrent_jobs"`
}

func viewFound(a indexv1.AgentRow) foundAgent {
	v := foundAgent{
		ID: a.Id, Name: a.Name, Description: a.Description, Status: agentStatusText(a.Status), Owner: a.Owner, Skills: []skillView{},
		Bond: bondView{
			Bonded: amountOf(a.Bonded), Reserved: amountOf(a.Reserved), Unbonding: amountOf(a.Unbonding),
			Free: amountOf(a.Bonded.Sub(a.Reserved).Sub(a.Unbonding)),
		},
		Reservations: a.Reservations, LastSeen: a.LastSeen, RegisteredAt: a.RegisteredAt, Score: a.Score, Height: a.Height,
	}
	for _, s := range a.Skills {
		v.Skills = append(v.Skills, viewSkill(s.Id, s.Name, s.Version, s.PriceModel, s.PriceUnit, s.Price, s.SlaSeconds, s.MaxConcurrentJobs))
	}
	return v
}

func viewSkill(id, name, version string, model registrytypes.PriceModel, unit string, price sdkmath.Int, sla uint64, jobs uint32) skillView {
	v := skillView{ID: id, Name: name, Version: version, Price: amountOf(price), SLASeconds: sla, MaxConcurrentJobs: jobs}
	switch model {
	case registrytypes.PRICE_MODEL_PER_UNIT:
		v.CountedBy = unit
	case registrytypes.PRICE_MODEL_PER_SECOND:
		v.CountedBy = "second"
	case registrytypes.PRICE_MODEL_UNSPECIFIED, registrytypes.PRICE_MODEL_FLAT:
		v.CountedBy = "job"
	}
	return v
}

// priceText is a price with what it is counted by.
func (s skillView) priceText() string {
	if s.CountedBy == "job" {
		return s.Price.AIT
	}
	return s.Price.AIT + "/" + printableText(s.CountedBy)
}

// seenText says how long ago an agent gave a sign of life.
func seenText(lastSeen, now uint64) string {
	switch {
	case lastSeen == 0:
		return "never"
	case lastSeen >= now:
		return "now"
	}
	return lasting(now-lastSeen) + " ago"
}

// fieldFlags are the flags of the fields that the read model names in its errors.
var fieldFlags = map[string]string{
	"text": "text", "skills_any": "--" + flagSkill, "skills_all": "--" + flagSkill, "skill": "--" + flagSkill, "tags": "--" + flagTag,
	"input_media_types": "--" + flagTakes, "output_media_types": "--" + flagGives, "max_price": "--" + flagMaxPrice,
	"min_score": "--" + flagMinScore, "min_bond": "--" + flagMinBond, "issuers": "--" + flagAttested, "labels": "--" + flagLabel,
	"statuses": "--" + flagStatus, "order": "--" + flagOrder, "limit": "--" + flagLimit, "cursor": "--" + flagCursor,
	"cap": "--" + flagCap, "delivery_seconds": "--" + flagDeliver, "units": "--" + flagUnits, "seconds": "--" + flagSeconds,
	"reserve": "--" + flagReserve, "min_version": "--" + flagMinVersion, "preset": "--" + flagPreset, "client": "--" + flagFrom,
	"seen_since": "--" + flagSeen, "job": "--" + flagJob,
}

// indexError says in words of the command what the read model answered.
func (c *chain) indexError(err error) error {
	if silent := (*client.NodeError)(nil); errors.As(err, &silent) {
		if text := status.Convert(errors.Unwrap(silent)).Message(); strings.Contains(text, "read model") {
			return fmt.Errorf("--%s: %s: %s", flagNodeGRPC, c.grpc, text)
		}
	}
	s := status.Convert(err)
	switch s.Code() {
	case codes.Unimplemented:
		return fmt.Errorf("--%s: %s has no read model, because it runs an older version; ask another node", flagNodeGRPC, c.grpc)
	case codes.InvalidArgument, codes.NotFound:
		field, rest, _ := strings.Cut(s.Message(), ":")
		name, _, _ := strings.Cut(strings.TrimPrefix(field, "requirement."), "[")
		if flag, ok := fieldFlags[name]; ok {
			return fmt.Errorf("%s:%s", flag, rest)
		}
	default:
	}
	return fmt.Errorf("ask the read model: %w", hire.PlainError(err))
}

// index is the read model of the chain's node.
func (c *chain) index() indexv1.QueryClient { return indexv1.NewQueryClient(c.client.Conn()) }

// parseAgentID reads the id of an agent.
func parseAgentID(text string) (uint64, error) {
	id, err := strconv.ParseUint(text, 10, 63)
	if err != nil || id == 0 {
		return 0, fmt.Errorf("agent: expected the id of an agent, a number from 1, got %q", text)
	}
	return id, nil
}

// indexLimit reads --limit of a question to the read model.
func indexLimit(cmd *cobra.Command) (uint32, error) {
	limit, _ := cmd.Flags().GetInt(flagLimit)
	if limit < 1 || limit > maxIndexLimit {
		return 0, fmt.Errorf("--%s: expected 1 to %d, got %d", flagLimit, maxIndexLimit, limit)
	}
	return uint32(limit), nil
}

// uaitFlag reads the amount of a flag; 0 if it was not given.
func uaitFlag(cmd *cobra.Command, name string) (uint64, error) {
	uait, err := parseAmount(cmd, name)
	if err != nil || uait.IsNil() {
		return 0, err
	}
	if !uait.IsUint64() {
		return 0, fmt.Errorf("--%s: expected an amount that there is, got %s", name, ait(uait))
	}
	return uait.Uint64(), nil
}

// oneOf reads the name of an enum's value, without its prefix. Names holds its values by
// number.
func oneOf(flag, text, prefix string, names map[int32]string) (int32, error) {
	known := make([]string, 0, len(names))
	for value := range int32(len(names)) {
		name := strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(names[value], prefix)), "_", "-")
		if name == "unspecified" {
			continue
		}
		if name == text {
			return value, nil
		}
		known = append(known, name)
	}
	return 0, fmt.Errorf("--%s: expected one of %s, got %q", flag, strings.Join(known, ", "), text)
}
