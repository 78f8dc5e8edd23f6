package card

import "net/netip"

// Internal says whether the dialer would refuse the address.
func Internal(a netip.Addr) bool { return internal(a) }

// RefuseInternal is what the dialer asks.
func RefuseInternal(address string) error { return refuseInternal("tcp", address, nil) }

// SchemaField is a field of the table of the specification's messages.
type SchemaField struct {
	Message            string // of whose kind the values are
	Kind               string
	List, Table        bool
	OneOf              bool
	Required, Optional bool
}

// Schema is the table: message to member to field.
func Schema() map[string]map[string]SchemaField {
	out := map[string]map[string]SchemaField{}
	var walk func(m *message)
	walk = func(m *message) {
		if out[m.name] != nil {
			return
		}
		out[m.name] = map[string]SchemaField{}
		for name, f := range m.fields {
			s := SchemaField{Kind: f.kind.String(), OneOf: m.oneOf, List: f.list, Table: f.table, Required: f.required, Optional: f.optional}
			if f.message != nil {
				s.Message = f.message.name
				walk(f.message)
			}
			out[m.name][name] = s
		}
	}
	walk(messageCard)
	return out
}
