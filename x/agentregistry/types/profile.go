package types

import (
	"crypto/sha256"
	"slices"

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
	maxParameters       = 16
	maxParameterChars   = 32
	maxLabels           = 16
	maxLabelKeyChars    = 32
	maxLabelValueChars  = 64
	maxKeysOfSuite      = 2

	maxParameterDescriptionChars = 256

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
	if err := validateMessagingKeys(p.MessagingKeys); err != nil {
		return err
	}
	if p.Card != nil {
		if err := p.Card.Validate("profile.card"); err != nil {
			return err
		}
	}
	return validateLabels(p.Labels)
}

// Validate returns ErrInvalidProfile with the first field that is out of its bounds;
// field is where the reference stands.
func (c CardRef) Validate(field string) error {
	if err := validateURL(c.Uri, field+".uri"); err != nil {
		return err
	}
	if n := len(c.Sha256); n != sha256.Size {
		return ErrInvalidProfile.Wrapf("%s.sha256: expected %d bytes, got %d", field, sha256.Size, n)
	}
	return nil
}

func validateLabels(labels []Label) error {
	if n := len(labels); n > maxLabels {
		return ErrInvalidProfile.Wrapf("profile.labels: expected at most %d, got %d", maxLabels, n)
	}
	seen := make(map[string]bool, len(labels))
	for i, label := range labels {
		field := at("profile.labels", i)
		if len(label.Key) > maxLabelKeyChars || !labelPattern.MatchString(label.Key) {
			return ErrInvalidProfile.Wrapf("%s.key: expected 1 to %d lower-case letters, digits, dots, hyphens and underscores, a letter first, got %q",
				field, maxLabelKeyChars, shorten(label.Key))
		}
		if seen[label.Key] {
			return ErrInvalidProfile.Wrapf("%s.key: expected one that is not listed twice, got %q", field, label.Key)
		}
		seen[label.Key] = true
		if err := validateText(label.Value, field+".value", 1, maxLabelValueChars, false); err != nil {
			return err
		}
	}
	return nil
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

// validateMessagingKeys allows two keys of each suite, so that one can be announced
// before the other goes.
func validateMessagingKeys(keys []MessagingKey) error {
	times := make(map[HpkeSuite][]uint64, len(keys))
	for i, key := range keys {
		field := at("profile.messaging_keys", i)
		if err := key.Validate(field); err != nil {
			return err
		}
		if len(times[key.Suite]) == maxKeysOfSuite {
			return ErrInvalidProfile.Wrapf("%s.suite: expected at most %d of %s, got more", field, maxKeysOfSuite, key.Suite)
		}
		if slices.Contains(times[key.Suite], key.ValidFrom) {
			return ErrInvalidProfile.Wrapf("%s.valid_from: expected another time than that of the other key of %s, got %d",
				field, key.Suite, key.ValidFrom)
		}
		times[key.Suite] = append(times[key.Suite], key.ValidFrom)
	}
	return nil
}

// MessagingKey returns the key of a suite that payloads are encrypted to at a market
// time, in unix seconds: of those that are valid, the newest. It reports false if there
// is none.
func (p Profile) MessagingKey(suite HpkeSuite, now uint64) (MessagingKey, bool) {
	var newest MessagingKey
	found := false
	for _, key := range p.MessagingKeys {
		if key.Suite == suite && key.ValidFrom <= now && (!found || key.ValidFrom > newest.ValidFrom) {
			newest, found = key, true
		}
	}
	return newest, found
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
