package types

import (
	sdkmath "cosmossdk.io/math"
)

// Bounds of a profile that governance can't change.
const (
	// MaxProfileBytes bounds an encoded profile.
	MaxProfileBytes = 16 << 10
	// MaxSkills is the most that an agent can list.
	MaxSkills = 32
	// MaxInterfaces is the most that an agent can list.
	MaxInterfaces = 8

	minNameChars        = 3
	maxNameChars        = 64
	maxDescriptionChars = 1024
	maxVersionChars     = 32
	maxSkillIDChars     = 64
	maxSkillNameChars   = 64
	maxTags             = 8
	maxTagChars         = 32
	maxMediaTypes       = 8
	maxUnitChars        = 32
	maxProtocolChars    = 32
	maxConcurrentJobs   = 1_000
	maxSLASeconds       = 90 * day

	x25519KeyBytes   = 32
	mlkem768KeyBytes = 1184
)

// Validate returns ErrInvalidProfile with the first field that is out of its
// bounds.
func (p Profile) Validate() error {
	if n := p.Size(); n > MaxProfileBytes {
		return ErrInvalidProfile.Wrapf("profile: expected at most %d bytes encoded, got %d", MaxProfileBytes, n)
	}
	if _, known := AgentType_name[int32(p.Type)]; !known || p.Type == AGENT_TYPE_UNSPECIFIED {
		return ErrInvalidProfile.Wrapf("profile.type: expected a known type such as %s, got %s", AGENT_TYPE_AI_MODEL, p.Type)
	}
	if err := validateText(p.Name, "profile.name", minNameChars, maxNameChars, false); err != nil {
		return err
	}
	if err := validateText(p.Description, "profile.description", 0, maxDescriptionChars, true); err != nil {
		return err
	}
	if err := validateVersion(p.Version, "profile.version"); err != nil {
		return err
	}
	if err := validateSkills(p.Skills); err != nil {
		return err
	}
	if err := validateInterfaces(p.Interfaces); err != nil {
		return err
	}
	return validateMessagingKeys(p.MessagingKeys)
}

func validateInterfaces(interfaces []Interface) error {
	if n := len(interfaces); n > MaxInterfaces {
		return ErrInvalidProfile.Wrapf("profile.interfaces: expected at most %d, got %d", MaxInterfaces, n)
	}
	seen := make(map[string]bool, len(interfaces))
	for i, it := range interfaces {
		if err := it.Validate(at("profile.interfaces", i)); err != nil {
			return err
		}
		if seen[it.Url] {
			return ErrInvalidProfile.Wrapf("%s.url: expected one that is not listed twice, got %q", at("profile.interfaces", i), it.Url)
		}
		seen[it.Url] = true
	}
	return nil
}

// Validate returns ErrInvalidProfile with the first field that is out of its
// bounds; field is where the interface stands.
func (i Interface) Validate(field string) error {
	if err := validateURL(i.Url, field+".url"); err != nil {
		return err
	}
	switch i.Binding {
	case "JSONRPC", "GRPC", "HTTP+JSON":
	default:
		return ErrInvalidProfile.Wrapf("%s.binding: expected JSONRPC, GRPC or HTTP+JSON, got %q", field, shorten(i.Binding))
	}
	return validateText(i.ProtocolVersion, field+".protocol_version", 1, maxProtocolChars, false)
}

func validateMessagingKeys(keys []MessagingKey) error {
	seen := make(map[HpkeSuite]bool, len(keys))
	for i, key := range keys {
		if err := key.Validate(at("profile.messaging_keys", i)); err != nil {
			return err
		}
		if seen[key.Suite] {
			return ErrInvalidProfile.Wrapf("%s.suite: expected one that is not listed twice, got %s", at("profile.messaging_keys", i), key.Suite)
		}
		seen[key.Suite] = true
	}
	return nil
}

// Validate returns ErrInvalidProfile unless the suite is known and the key has its
// length; field is where the key stands. Whether somebody can open what is
// encrypted to it, nobody knows.
func (k MessagingKey) Validate(field string) error {
	want := 0
	switch k.Suite {
	case HPKE_SUITE_X25519_MLKEM768:
		want = mlkem768KeyBytes + x25519KeyBytes
	case HPKE_SUITE_X25519:
		want = x25519KeyBytes
	case HPKE_SUITE_UNSPECIFIED:
	}
	if want == 0 {
		return ErrInvalidProfile.Wrapf("%s.suite: expected %s or %s, got %s", field, HPKE_SUITE_X25519_MLKEM768, HPKE_SUITE_X25519, k.Suite)
	}
	if n := len(k.PublicKey); n != want {
		return ErrInvalidProfile.Wrapf("%s.public_key: expected %d bytes, got %d", field, want, n)
	}
	return nil
}

// Validate returns ErrInvalidProfile with the first field that is out of its
// bounds; field is where the price stands.
func (p Price) Validate(field string) error {
	units := 0
	switch p.Model {
	case PRICE_MODEL_FLAT, PRICE_MODEL_PER_SECOND:
	case PRICE_MODEL_PER_UNIT:
		units = maxUnitChars
	case PRICE_MODEL_UNSPECIFIED:
		fallthrough
	default:
		return ErrInvalidProfile.Wrapf("%s.model: expected a known model such as %s, got %s", field, PRICE_MODEL_FLAT, p.Model)
	}
	if units == 0 && p.Unit != "" {
		return ErrInvalidProfile.Wrapf("%s.unit: expected none with %s, got %q", field, p.Model, shorten(p.Unit))
	}
	if err := validateText(p.Unit, field+".unit", min(units, 1), units, false); err != nil {
		return err
	}
	if err := ValidateCoin(p.Amount, field+".amount", sdkmath.OneInt()); err != nil {
		return ErrInvalidProfile.Wrap(err.Error())
	}
	return nil
}
