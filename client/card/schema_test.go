package card_test

import (
	"testing"

	a2apb "github.com/a2aproject/a2a-go/v2/a2apb/v1"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/aitbc/aitbc/client/card"
)

// What is required, optional, a list or an object decides which bytes are signed, so the
// table is compared with the descriptors of the specification itself.
func TestSchemaIsTheSpecifications(t *testing.T) {
	table := card.Schema()
	seen := map[string]bool{}
	var walk func(m protoreflect.MessageDescriptor)
	walk = func(m protoreflect.MessageDescriptor) {
		name := string(m.Name())
		if seen[name] {
			return
		}
		seen[name] = true
		if len(table[name]) != m.Fields().Len() {
			t.Errorf("%s: expected %d fields, got %d", name, m.Fields().Len(), len(table[name]))
		}
		for i := range m.Fields().Len() {
			f := m.Fields().Get(i)
			want, inner := described(f)
			if got := table[name][f.JSONName()]; got != want {
				t.Errorf("%s.%s: expected %+v, got %+v", name, f.JSONName(), want, got)
			}
			if inner != nil {
				walk(inner)
			}
		}
	}
	walk((&a2apb.AgentCard{}).ProtoReflect().Descriptor())
	if len(seen) != len(table) || len(seen) < 20 {
		t.Errorf("expected %d messages, got %d", len(seen), len(table))
	}
}

// described returns what the table must say of a field, and the message that it holds.
func described(f protoreflect.FieldDescriptor) (card.SchemaField, protoreflect.MessageDescriptor) {
	out := card.SchemaField{List: f.IsList(), Table: f.IsMap(), Optional: f.HasOptionalKeyword()}
	out.OneOf = f.ContainingOneof() != nil && !f.ContainingOneof().IsSynthetic()
	behaviour, _ := proto.GetExtension(f.Options(), annotations.E_FieldBehavior).([]annotations.FieldBehavior)
	for _, b := range behaviour {
		out.Required = out.Required || b == annotations.FieldBehavior_REQUIRED
	}
	value := f
	if f.IsMap() {
		value = f.MapValue()
	}
	switch value.Kind() {
	case protoreflect.StringKind:
		out.Kind = "a string"
	case protoreflect.BoolKind:
		out.Kind = "true or false"
	case protoreflect.MessageKind:
		out.Kind = "an object"
		if value.Message().FullName() != "google.protobuf.Struct" {
			out.Message = string(value.Message().Name())
			return out, value.Message()
		}
	}
	return out, nil
}
