package card

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The messages of a card, by the names that they have in the A2A specification. Tests
// compare this table with the specification's own descriptors.
var (
	messageCard = &message{name: "AgentCard", fields: map[string]field{
		"name":                 {kind: kindString, required: true},
		"description":          {kind: kindString, required: true},
		"supportedInterfaces":  {kind: kindMessage, message: messageInterface, list: true, required: true},
		"provider":             {kind: kindMessage, message: messageProvider},
		"version":              {kind: kindString, required: true},
		"documentationUrl":     {kind: kindString, optional: true},
		"capabilities":         {kind: kindMessage, message: messageCapabilities, required: true},
		"securitySchemes":      {kind: kindMessage, message: messageScheme, table: true},
		"securityRequirements": {kind: kindMessage, message: messageRequirement, list: true},
		"defaultInputModes":    {kind: kindString, list: true, required: true},
		"defaultOutputModes":   {kind: kindString, list: true, required: true},
		"skills":               {kind: kindMessage, message: messageSkill, list: true, required: true},
		memberSignatures:       {kind: kindMessage, message: messageSignature, list: true},
		"iconUrl":              {kind: kindString, optional: true},
	}}
	messageInterface = &message{name: "AgentInterface", fields: map[string]field{
		"url":             {kind: kindString, required: true},
		"protocolBinding": {kind: kindString, required: true},
		"tenant":          {kind: kindString},
		"protocolVersion": {kind: kindString, required: true},
	}}
	messageProvider = &message{name: "AgentProvider", fields: map[string]field{
		"url":          {kind: kindString, required: true},
		"organization": {kind: kindString, required: true},
	}}
	messageCapabilities = &message{name: "AgentCapabilities", fields: map[string]field{
		"streaming":         {kind: kindBool, optional: true},
		"pushNotifications": {kind: kindBool, optional: true},
		"extensions":        {kind: kindMessage, message: messageExtension, list: true},
		"extendedAgentCard": {kind: kindBool, optional: true},
	}}
	messageExtension = &message{name: "AgentExtension", fields: map[string]field{
		"uri":         {kind: kindString},
		"description": {kind: kindString},
		"required":    {kind: kindBool},
		"params":      {kind: kindAnything},
	}}
	messageSkill = &message{name: "AgentSkill", fields: map[string]field{
		"id":                   {kind: kindString, required: true},
		"name":                 {kind: kindString, required: true},
		"description":          {kind: kindString, required: true},
		"tags":                 {kind: kindString, list: true, required: true},
		"examples":             {kind: kindString, list: true},
		"inputModes":           {kind: kindString, list: true},
		"outputModes":          {kind: kindString, list: true},
		"securityRequirements": {kind: kindMessage, message: messageRequirement, list: true},
	}}
	messageSignature = &message{name: "AgentCardSignature", fields: map[string]field{
		"protected": {kind: kindString, required: true},
		"signature": {kind: kindString, required: true},
		"header":    {kind: kindAnything},
	}}
)

// kind is what the values of a field are.
type kind uint8

const (
	kindString kind = iota + 1
	kindBool
	kindMessage
	kindAnything // an object whose members are nobody's business
)

// String names a value of the kind in an error.
func (k kind) String() string {
	switch k {
	case kindString:
		return "a string"
	case kindBool:
		return "true or false"
	case kindMessage, kindAnything:
		return "an object"
	default:
		return fmt.Sprintf("kind(%d)", uint8(k))
	}
}

// message is a JSON object of the specification.
type message struct {
	name   string
	fields map[string]field
	// oneOf messages have one of their fields at most.
	oneOf bool
}

// field is a member of such an object.
type field struct {
	kind    kind
	message *message // of kindMessage
	list    bool     // an array of such values
	table   bool     // an object of such values under any names
	// required fields are there whatever their value.
	required bool
	// optional fields are there if somebody set them, even to the default.
	optional bool
}

// strip removes what has its default value and is not there for its own sake, as
// section 8.4.1 of the specification says. Members that the specification doesn't know
// stay, and so does what has another kind than it should.
func (m *message) strip(object map[string]any) {
	for name, value := range object {
		f, known := m.fields[name]
		if !known {
			continue
		}
		f.each("", value, func(_ string, v any) {
			if inner, ok := v.(map[string]any); ok && f.message != nil {
				f.message.strip(inner)
			}
		})
		if !f.required && (value == nil || !f.optional && f.isDefault(value)) {
			delete(object, name)
		}
	}
}

// isDefault says whether a value is what the field has without it. Objects that are not
// tables have none.
func (f field) isDefault(value any) bool {
	switch v := value.(type) {
	case string:
		return v == ""
	case bool:
		return !v
	case []any:
		return f.list && len(v) == 0
	case map[string]any:
		return f.table && len(v) == 0
	default:
		return false
	}
}

// each calls do for the value, or for each of a list's or a table's.
func (f field) each(path string, value any, do func(path string, v any)) {
	switch v := value.(type) {
	case []any:
		if f.list {
			for i, element := range v {
				do(fmt.Sprintf("%s[%d]", path, i), element)
			}
			return
		}
	case map[string]any:
		if f.table {
			for _, name := range slices.Sorted(maps.Keys(v)) {
				do(path+"["+shown(name)+"]", v[name])
			}
			return
		}
	}
	do(path, value)
}

// check returns an error that names the first member that is missing or has another
// kind than the specification says.
func (m *message) check(path string, object map[string]any) error {
	prefix := ""
	if path != "" {
		prefix = path + "."
	}
	set := 0
	for _, name := range slices.Sorted(maps.Keys(object)) {
		f, known := m.fields[name]
		if !known {
			if err := m.checkUnknown(prefix, name); err != nil {
				return err
			}
			continue
		}
		if err := f.check(prefix+name, object[name]); err != nil {
			return err
		}
		if object[name] != nil {
			set++
		}
	}
	if m.oneOf && set > 1 {
		return formatError("card: %s: expected one kind of %s, got %d", path, m.name, set)
	}
	for _, name := range slices.Sorted(maps.Keys(m.fields)) {
		if m.fields[name].required && object[name] == nil {
			return formatError("card: %s%s: expected %s, got nothing", prefix, name, m.fields[name].shape())
		}
	}
	return nil
}

// checkUnknown lets through what later versions may add, but not a name that some
// readers take for a known one.
func (m *message) checkUnknown(prefix, name string) error {
	for known := range m.fields {
		if strings.EqualFold(known, name) {
			return formatError("card: %s%s: expected it to be written %s", prefix, name, known)
		}
	}
	return nil
}

func (f field) check(path string, value any) error {
	if value == nil {
		return nil // the same as not there
	}
	_, isList := value.([]any)
	_, isTable := value.(map[string]any)
	if f.list && !isList || f.table && !isTable {
		return formatError("card: %s: expected %s, got %s", path, f.shape(), kindOf(value))
	}
	var failed error
	f.each(path, value, func(path string, v any) {
		if failed == nil {
			failed = f.checkOne(path, v)
		}
	})
	return failed
}

func (f field) checkOne(path string, value any) error {
	ok := false
	switch v := value.(type) {
	case string:
		ok = f.kind == kindString
	case bool:
		ok = f.kind == kindBool
	case map[string]any:
		if f.kind == kindMessage {
			return f.message.check(path, v)
		}
		ok = f.kind == kindAnything
	}
	if !ok {
		return formatError("card: %s: expected %s, got %s", path, f.kind, kindOf(value))
	}
	return nil
}

func (f field) shape() string {
	switch {
	case f.list:
		return "an array"
	case f.table:
		return "an object"
	default:
		return f.kind.String()
	}
}
