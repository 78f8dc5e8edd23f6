package simulation

import (
	"math/rand"

	sdk "github.com/cosmos/cosmos-sdk/types"
	simtypes "github.com/cosmos/cosmos-sdk/types/simulation"

	chaintypes "github.com/aitbc/aitbc/types"
	"github.com/aitbc/aitbc/x/agentregistry/types"
)

// Few skills, so that many agents share each.
var skillIDs = []string{"text.summarize", "text.translate", "data.fetch", "image.label", "code.review"}

// RandomProfile returns a valid profile with 1 to 5 skills.
func RandomProfile(r *rand.Rand) types.Profile {
	profile := types.Profile{
		Type:        types.AgentType(1 + r.Intn(len(types.AgentType_name)-1)),
		Name:        simtypes.RandStringOfLength(r, simtypes.RandIntBetween(r, 3, 64)),
		Description: simtypes.RandStringOfLength(r, r.Intn(1024)),
		Version:     "1.0.0",
	}
	for _, i := range r.Perm(len(skillIDs))[:1+r.Intn(len(skillIDs))] {
		profile.Skills = append(profile.Skills, randomSkill(r, skillIDs[i]))
	}
	if r.Intn(2) == 0 {
		profile.Interfaces = []types.Interface{{Url: "https://agent.example/a2a", Binding: "JSONRPC", ProtocolVersion: "1.0"}}
	}
	if r.Intn(2) == 0 {
		key := make([]byte, 32)
		_, _ = r.Read(key) // never fails
		profile.MessagingKeys = []types.MessagingKey{
			{Suite: types.HPKE_SUITE_X25519, PublicKey: key}, {Suite: types.HPKE_SUITE_X25519, PublicKey: key, ValidFrom: 1 + uint64(r.Int63())},
		}
		profile.Card = &types.CardRef{Uri: "https://agent.example/card.json", Sha256: key}
		profile.Labels = []types.Label{{Key: "region", Value: "eu"}, {Key: "model.family", Value: simtypes.RandStringOfLength(r, 64)}}
	}
	return profile
}

func randomSkill(r *rand.Rand, id string) types.Skill {
	skill := types.Skill{
		Id: id, Name: simtypes.RandStringOfLength(r, simtypes.RandIntBetween(r, 1, 64)), Version: "0.1.0",
		InputMediaTypes: []string{"text/plain"}, OutputMediaTypes: []string{"text/plain", "application/json"},
		Price: types.Price{
			Model:  types.PriceModel(1 + r.Intn(len(types.PriceModel_name)-1)),
			Amount: sdk.NewInt64Coin(chaintypes.BaseDenom, 1+r.Int63n(10*chaintypes.UnitsPerAIT)),
		},
		SlaSeconds: uint64(r.Intn(3600)), MaxConcurrentJobs: uint32(1 + r.Intn(10)),
	}
	if r.Intn(2) == 0 {
		skill.Parameters = []types.SkillParameter{{Name: "length", Type: types.PARAMETER_TYPE_NUMBER, Required: r.Intn(2) == 0}}
	}
	if skill.Price.Model == types.PRICE_MODEL_PER_UNIT {
		skill.Price.Unit = "page"
	}
	return skill
}
