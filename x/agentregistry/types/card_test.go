package types_test

import (
	"bytes"
	"encoding/json"
	"testing"

	a2apb "github.com/a2aproject/a2a-go/v2/a2apb/v1"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/aitbc/aitbc/testutil/golden"
	"github.com/aitbc/aitbc/x/agentregistry/types"
)

// full returns a record with something in every field.
func full(t *testing.T) types.AgentRecord {
	t.Helper()
	p := newProfile(t)
	p.Description = `<b> & "quotes"` + "\nUmlaute: äöü 🤖"
	p.Card = &types.CardRef{Uri: "https://summa.example/card.json", Sha256: make([]byte, 32)}
	p.Labels = []types.Label{{Key: "region", Value: "eu"}, {Key: "model.family", Value: "'; DROP TABLE --"}}
	p.Skills[0].Parameters = []types.SkillParameter{
		{Name: "length", Type: types.PARAMETER_TYPE_NUMBER, Required: true, Description: "Words"},
		{Name: "formal", Type: types.PARAMETER_TYPE_BOOLEAN},
	}
	return types.AgentRecord{
		Agent:   types.Agent{Id: 7, Owner: owner, Operator: operator, Payout: owner, Status: types.AGENT_STATUS_ACTIVE},
		Profile: p, Bond: types.NewBond(), LastSeen: 1,
	}
}

// least returns a record with nothing that can be left out.
func least(t *testing.T) types.AgentRecord {
	t.Helper()
	r := full(t)
	r.Agent.Status = types.AGENT_STATUS_PAUSED
	p := &r.Profile
	p.Description, p.Card, p.Labels, p.Interfaces, p.MessagingKeys, p.Skills = "", nil, nil, nil, nil, p.Skills[1:]
	p.Skills[0].Tags = nil
	return r
}

// Our card is a message of the A2A project's own definition: no unknown field, no other
// type, and everything there that is required.
func TestAgentRecord_AgentCard_IsA2A(t *testing.T) {
	for name, r := range map[string]types.AgentRecord{"full": full(t), "least": least(t)} {
		t.Run(name, func(t *testing.T) {
			if err := r.Profile.Validate(); err != nil {
				t.Fatal(err)
			}
			card, err := r.AgentCard("aitbc-1")
			if err != nil {
				t.Fatal(err)
			}
			var message a2apb.AgentCard
			if err := (protojson.UnmarshalOptions{}).Unmarshal([]byte(card), &message); err != nil {
				t.Fatal(err)
			}
			var missing []string
			checkRequired(message.ProtoReflect(), "", &missing)
			// An agent that takes jobs from the chain alone has no interface; the field is
			// there, empty.
			if name == "least" && len(missing) == 1 && missing[0] == ".supportedInterfaces" {
				missing = nil
			}
			if len(missing) > 0 {
				t.Errorf("expected all required fields, %v are missing", missing)
			}
			for field, err := range map[string]error{
				"another field": (protojson.UnmarshalOptions{}).Unmarshal([]byte(`{"name":"x","colour":"red"}`), &message),
				"another type":  (protojson.UnmarshalOptions{}).Unmarshal([]byte(`{"name":["x"]}`), &message),
			} {
				if err == nil {
					t.Errorf("%s: expected the definition to refuse it", field)
				}
			}
		})
	}
}

// checkRequired collects the fields that the definition requires and a message lacks.
func checkRequired(m protoreflect.Message, path string, missing *[]string) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		behaviours, _ := proto.GetExtension(field.Options(), annotations.E_FieldBehavior).([]annotations.FieldBehavior)
		for _, b := range behaviours {
			if b == annotations.FieldBehavior_REQUIRED && !m.Has(field) {
				*missing = append(*missing, path+"."+field.JSONName())
			}
		}
		switch {
		case !m.Has(field) || field.Kind() != protoreflect.MessageKind || field.IsMap():
		case field.IsList():
			for j := range m.Get(field).List().Len() {
				checkRequired(m.Get(field).List().Get(j).Message(), path+"."+field.JSONName(), missing)
			}
		default:
			checkRequired(m.Get(field).Message(), path+"."+field.JSONName(), missing)
		}
	}
}

func TestAgentRecord_Documents_Golden(t *testing.T) {
	for name, r := range map[string]types.AgentRecord{"full": full(t), "least": least(t)} {
		card, err := r.AgentCard("aitbc-1")
		if err != nil {
			t.Fatal(err)
		}
		file, err := r.Erc8004("aitbc-1")
		if err != nil {
			t.Fatal(err)
		}
		for kind, document := range map[string]string{"card": card, "erc8004": file} {
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, []byte(document), "", "  "); err != nil {
				t.Fatal(err)
			}
			golden.Check(t, kind+"_"+name, pretty.String()+"\n")
		}
		for range 20 {
			if again, err := r.AgentCard("aitbc-1"); err != nil || again != card {
				t.Fatalf("expected the same text again, got %s (%v)", again, err)
			}
		}
	}
}

func TestAgentName(t *testing.T) {
	if got := types.AgentName("aitbc-1", 7); got != "cosmos:aitbc-1:agentregistry:7" {
		t.Errorf("got %s", got)
	}
}
