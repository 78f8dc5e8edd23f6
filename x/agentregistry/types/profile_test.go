package types_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

func skills(n int) func(*types.Profile) {
	return func(p *types.Profile) {
		one := p.Skills[1]
		p.Skills = nil
		for i := range n {
			one.Id = fmt.Sprintf("text.skill-%d", i)
			p.Skills = append(p.Skills, one)
		}
	}
}

func interfaces(n int) func(*types.Profile) {
	return func(p *types.Profile) {
		p.Interfaces = nil
		for i := range n {
			p.Interfaces = append(p.Interfaces, types.Interface{
				Url: fmt.Sprintf("https://agent.example/%d", i), Binding: "GRPC", ProtocolVersion: "1.0",
			})
		}
	}
}

func repeated(s string, n int) []string { return strings.Split(strings.Repeat(s+" ", n-1)+s, " ") }

// withSize fills the profile up to an encoded size with media types, the only
// field that can take so much.
func withSize(n int) func(*types.Profile) {
	return func(p *types.Profile) {
		skills(types.MaxSkills)(p)
		pad := "a/" + strings.Repeat("b", 100)
		for i := 0; p.Size() < n; i++ {
			s := &p.Skills[i/14]
			list := &s.InputMediaTypes
			if i%14 >= 7 {
				list = &s.OutputMediaTypes
			}
			*list = append(*list, pad)
		}
		last := &p.Skills[types.MaxSkills-1]
		for p.Size() > n && len(last.Name) > 1 {
			last.Name = last.Name[1:]
		}
		for i := 0; p.Size() > n; i++ {
			p.Skills[i/14].InputMediaTypes[1] = p.Skills[i/14].InputMediaTypes[1][:len(p.Skills[i/14].InputMediaTypes[1])-1]
		}
	}
}

func messagingKeys(validFrom ...uint64) func(*types.Profile) {
	return func(p *types.Profile) {
		p.MessagingKeys = nil
		for _, from := range validFrom {
			p.MessagingKeys = append(p.MessagingKeys, types.MessagingKey{
				Suite: types.HPKE_SUITE_X25519, PublicKey: bytes.Repeat([]byte{byte(from)}, 32), ValidFrom: from,
			})
		}
	}
}

func parameters(n int) func(*types.Profile) {
	return func(p *types.Profile) {
		for i := range n {
			p.Skills[0].Parameters = append(p.Skills[0].Parameters, types.SkillParameter{
				Name: fmt.Sprint("p", i), Type: types.PARAMETER_TYPE_TEXT,
			})
		}
	}
}

func parameter(change func(*types.SkillParameter)) func(*types.Profile) {
	return func(p *types.Profile) {
		parameters(1)(p)
		change(&p.Skills[0].Parameters[0])
	}
}

func card(uri string, hashBytes int) func(*types.Profile) {
	return func(p *types.Profile) { p.Card = &types.CardRef{Uri: uri, Sha256: make([]byte, hashBytes)} }
}

func label(key, value string) func(*types.Profile) {
	return func(p *types.Profile) { p.Labels = []types.Label{{Key: key, Value: value}} }
}

func labels(n int) func(*types.Profile) {
	return func(p *types.Profile) {
		for i := range n {
			p.Labels = append(p.Labels, types.Label{Key: fmt.Sprint("k", i), Value: "v"})
		}
	}
}

// Clients use the newest key that is valid.
func TestProfile_MessagingKey(t *testing.T) {
	p := newProfile(t)
	messagingKeys(10, 20)(&p)
	for _, tc := range []struct{ now, want uint64 }{{9, 0}, {10, 10}, {19, 10}, {20, 20}, {1 << 40, 20}} {
		key, found := p.MessagingKey(types.HPKE_SUITE_X25519, tc.now)
		if found != (tc.want > 0) || key.ValidFrom != tc.want {
			t.Errorf("at %d: expected the key from %d, got %v (%t)", tc.now, tc.want, key, found)
		}
	}
	if _, found := p.MessagingKey(types.HPKE_SUITE_X25519_MLKEM768, 30); found {
		t.Error("expected no key of a suite that has none")
	}
}

func TestIsInternalURL(t *testing.T) {
	for host, internal := range map[string]bool{
		"example.com": false, "example.com:8443": false, "a.b.example.com": false, "xn--bcher-kva.example": false,
		"8.8.8.8": false, "192.0.2.1:80": false, "172.15.0.1": false, "172.32.0.1": false, "100.128.0.1": false, "100.63.0.1": false,
		"192.167.0.1": false, "169.253.0.1": false, "126.0.0.1": false, "128.0.0.1": false, "198.17.0.1": false, "223.255.255.255": false,
		"[2001:db8::1]": false, "[2600:1f18::1]:443": false, "[2001:0470::1]": false,

		"localhost": true, "LOCALHOST:80": true, "a.localhost": true, "printer.local": true, "db.internal": true, "a.Internal": true,
		"router.lan": true, "box.home.arpa": true, "wiki.intranet": true, "worker": true, "worker:80": true,
		"127.0.0.1": true, "127.255.255.255:1": true, "10.1.2.3": true, "172.16.0.1": true, "172.31.255.255": true, "192.168.1.1": true,
		"169.254.169.254": true, "0.0.0.0": true, "0.1.2.3": true, "100.64.0.1": true, "100.127.0.1": true, "192.0.0.8": true,
		"198.18.0.1": true, "198.19.0.1": true, "224.0.0.1": true, "255.255.255.255": true, "256.1.1.1": true,
		"2130706433": true, "0x7f000001": true, "0177.0.0.1": true, "127.1": true, "0x7f.1": true, "1.2.3.0x4": true, "1.2.3.4.5": true, "010.8.8.8": true,
		"[::1]": true, "[::]": true, "[fe80::1]": true, "[fc00::1]": true, "[fd12::1]": true, "[ff02::1]": true, "[::ffff:127.0.0.1]": true,
		"[::ffff:7f00:1]": true, "[64:ff9b::7f00:1]": true, "[2002:7f00:1::]": true, "[2001:0:1::]": true, "[2001::1]": true, "[2001:0000:1::]": true,
		"[200:db8::1]": true, "[0:0:0:0:0:0:0:1]": true,
	} {
		for _, url := range []string{"http://" + host, "https://" + host + "/a", "https://" + host + "?b"} {
			if !types.IsURL(url) {
				t.Errorf("%s: expected a url", url)
			}
			if got := types.IsInternalURL(url); got != internal {
				t.Errorf("%s: expected internal %t, got %t", url, internal, got)
			}
		}
	}
	if !types.IsInternalURL("ftp://example.com") {
		t.Error("expected what is no url to be internal")
	}
}

func TestProfile_CheckPublic(t *testing.T) {
	p := newProfile(t)
	card("https://example.com/card.json", 32)(&p)
	expect(t, p.CheckPublic(), nil, "")
	p.Card.Uri = "http://169.254.169.254/latest"
	expect(t, p.Validate(), nil, "")
	expect(t, p.CheckPublic(), types.ErrInvalidProfile, "profile.card.uri")
	p.Interfaces[0].Url = "http://127.0.0.1"
	expect(t, p.CheckPublic(), types.ErrInvalidProfile, "profile.interfaces[0].url")
}

// Every field at its bound, and one past it.
func TestProfile_Validate(t *testing.T) {
	skill := func(change func(*types.Skill)) func(*types.Profile) {
		return func(p *types.Profile) { change(&p.Skills[0]) }
	}
	price := func(change func(*types.Price)) func(*types.Profile) {
		return func(p *types.Profile) { change(&p.Skills[0].Price) }
	}
	iface := func(change func(*types.Interface)) func(*types.Profile) {
		return func(p *types.Profile) { change(&p.Interfaces[0]) }
	}
	key := func(suite types.HpkeSuite, n int) func(*types.Profile) {
		return func(p *types.Profile) {
			p.MessagingKeys = []types.MessagingKey{{Suite: suite, PublicKey: make([]byte, n)}}
		}
	}
	long := strings.Repeat("é", 1024)

	tests := []struct {
		name   string
		change func(*types.Profile)
		field  string // with an error about it; empty for none
	}{
		{"as documented", func(*types.Profile) {}, ""},
		{"size at the bound", withSize(types.MaxProfileBytes), ""},
		{"size above", withSize(types.MaxProfileBytes + 1), "profile"},

		{"type last", func(p *types.Profile) { p.Type = types.AGENT_TYPE_ORACLE }, ""},
		{"type none", func(p *types.Profile) { p.Type = types.AGENT_TYPE_UNSPECIFIED }, "profile.type"},
		{"type unknown", func(p *types.Profile) { p.Type = 7 }, "profile.type"},

		{"name shortest", func(p *types.Profile) { p.Name = "äöü" }, ""},
		{"name too short", func(p *types.Profile) { p.Name = "äö" }, "profile.name"},
		{"name longest", func(p *types.Profile) { p.Name = long[:2*64] }, ""},
		{"name too long", func(p *types.Profile) { p.Name = long[:2*65] }, "profile.name"},
		{"name not UTF-8", func(p *types.Profile) { p.Name = "abc\xff" }, "profile.name"},
		{"name with a line break", func(p *types.Profile) { p.Name = "two\nlines" }, "profile.name"},
		{"name with NUL", func(p *types.Profile) { p.Name = "nul\x00" }, "profile.name"},
		{"name with a C1 control", func(p *types.Profile) { p.Name = "abc\u0085" }, "profile.name"},
		{"name turned around", func(p *types.Profile) { p.Name = "abc\u202etxt" }, "profile.name"},
		{"name isolated", func(p *types.Profile) { p.Name = "abc\u2066" }, "profile.name"},
		{"name with a line separator", func(p *types.Profile) { p.Name = "abc\u2028d" }, "profile.name"},
		{"name with a replacement character", func(p *types.Profile) { p.Name = "abc\ufffd" }, "profile.name"},
		{"name with a space around", func(p *types.Profile) { p.Name = "abc " }, "profile.name"},
		{"name with an emoji of several code points", func(p *types.Profile) { p.Name = "a 👩‍🔬 b" }, "profile.name"},
		{"name with an emoji", func(p *types.Profile) { p.Name = "a 🤖 b" }, ""},
		{"name with SQL", func(p *types.Profile) { p.Name = "'; DROP TABLE agents; --" }, ""},
		{"name with a soft hyphen", func(p *types.Profile) { p.Name = "ab\u00adc" }, "profile.name"},
		{"name with a space of no width", func(p *types.Profile) { p.Name = "ab\u200bc" }, "profile.name"},
		{"name with a joiner", func(p *types.Profile) { p.Name = "ab\u200cc" }, "profile.name"},
		{"name with a word joiner", func(p *types.Profile) { p.Name = "ab\u2060c" }, "profile.name"},
		{"name with an invisible plus", func(p *types.Profile) { p.Name = "ab\u2064c" }, "profile.name"},
		{"name with a byte order mark", func(p *types.Profile) { p.Name = "\ufeffabc" }, "profile.name"},
		{"name with a variation", func(p *types.Profile) { p.Name = "abc\ufe0f" }, "profile.name"},
		{"name with a filler", func(p *types.Profile) { p.Name = "abc\u3164" }, "profile.name"},
		{"name with a tag character", func(p *types.Profile) { p.Name = "abc\U000e0041" }, "profile.name"},
		{"name in Arabic with digits", func(p *types.Profile) { p.Name = "\u0627\u0628\u0629\u0660" }, ""},

		{"description empty", func(p *types.Profile) { p.Description = "" }, ""},
		{"description longest", func(p *types.Profile) { p.Description = long }, ""},
		{"description too long", func(p *types.Profile) { p.Description = long + "x" }, "profile.description"},
		{"description with an emoji of several code points", func(p *types.Profile) { p.Description = "a 👩‍🔬 b" }, ""},
		{"description turned around", func(p *types.Profile) { p.Description = "abc\u202etxt" }, "profile.description"},
		{"description of lines", func(p *types.Profile) { p.Description = "one\n\ntwo\n" }, ""},
		{"description with a tab", func(p *types.Profile) { p.Description = "one\ttwo" }, "profile.description"},
		{"description with a carriage return", func(p *types.Profile) { p.Description = "one\r\ntwo" }, "profile.description"},

		{"version longest", func(p *types.Profile) { p.Version = "1.0.0-" + strings.Repeat("a", 26) }, ""},
		{"version too long", func(p *types.Profile) { p.Version = "1.0.0-" + strings.Repeat("a", 27) }, "profile.version"},
		{"version none", func(p *types.Profile) { p.Version = "" }, "profile.version"},

		{"no skills", func(p *types.Profile) { p.Skills = nil }, "profile.skills"},
		{"one skill", skills(1), ""},
		{"most skills", skills(types.MaxSkills), ""},
		{"too many skills", skills(types.MaxSkills + 1), "profile.skills"},
		{"a skill twice", func(p *types.Profile) { p.Skills[1].Id = p.Skills[0].Id }, "profile.skills[1].id"},
		{"second skill bad", func(p *types.Profile) { p.Skills[1].Id = "" }, "profile.skills[1].id"},

		{"skill name shortest", skill(func(s *types.Skill) { s.Name = "x" }), ""},
		{"skill name none", skill(func(s *types.Skill) { s.Name = "" }), "profile.skills[0].name"},
		{"skill name longest", skill(func(s *types.Skill) { s.Name = long[:2*64] }), ""},
		{"skill name too long", skill(func(s *types.Skill) { s.Name = long[:2*65] }), "profile.skills[0].name"},
		{"skill version bad", skill(func(s *types.Skill) { s.Version = "1" }), "profile.skills[0].version"},
		{"no tags", skill(func(s *types.Skill) { s.Tags = nil }), ""},
		{"most tags", skill(func(s *types.Skill) { s.Tags = repeated("a", 8) }), ""},
		{"too many tags", skill(func(s *types.Skill) { s.Tags = repeated("a", 9) }), "profile.skills[0].tags"},
		{"tag longest", skill(func(s *types.Skill) { s.Tags = []string{long[:2*32]} }), ""},
		{"tag too long", skill(func(s *types.Skill) { s.Tags = []string{"a", long[:2*33]} }), "profile.skills[0].tags[1]"},
		{"tag empty", skill(func(s *types.Skill) { s.Tags = []string{""} }), "profile.skills[0].tags[0]"},
		{"no input", skill(func(s *types.Skill) { s.InputMediaTypes = nil }), "profile.skills[0].input_media_types"},
		{"most inputs", skill(func(s *types.Skill) { s.InputMediaTypes = repeated("a/b", 8) }), ""},
		{"too many inputs", skill(func(s *types.Skill) { s.InputMediaTypes = repeated("a/b", 9) }), "profile.skills[0].input_media_types"},
		{"input bad", skill(func(s *types.Skill) { s.InputMediaTypes = []string{"text"} }), "profile.skills[0].input_media_types[0]"},
		{"no output", skill(func(s *types.Skill) { s.OutputMediaTypes = nil }), "profile.skills[0].output_media_types"},
		{"most outputs", skill(func(s *types.Skill) { s.OutputMediaTypes = repeated("a/b", 8) }), ""},
		{"too many outputs", skill(func(s *types.Skill) { s.OutputMediaTypes = repeated("a/b", 9) }), "profile.skills[0].output_media_types"},
		{"sla longest", skill(func(s *types.Skill) { s.SlaSeconds = 7_776_000 }), ""},
		{"sla too long", skill(func(s *types.Skill) { s.SlaSeconds = 7_776_001 }), "profile.skills[0].sla_seconds"},
		{"no jobs", skill(func(s *types.Skill) { s.MaxConcurrentJobs = 0 }), "profile.skills[0].max_concurrent_jobs"},
		{"most jobs", skill(func(s *types.Skill) { s.MaxConcurrentJobs = 1_000 }), ""},
		{"too many jobs", skill(func(s *types.Skill) { s.MaxConcurrentJobs = 1_001 }), "profile.skills[0].max_concurrent_jobs"},

		{"price model none", price(func(p *types.Price) { p.Model = types.PRICE_MODEL_UNSPECIFIED }), "profile.skills[0].price.model"},
		{"price model unknown", price(func(p *types.Price) { p.Model = 4 }), "profile.skills[0].price.model"},
		{"price flat with a unit", price(func(p *types.Price) { p.Model = types.PRICE_MODEL_FLAT }), "profile.skills[0].price.unit"},
		{"price per second", price(func(p *types.Price) { p.Model, p.Unit = types.PRICE_MODEL_PER_SECOND, "" }), ""},
		{"price unit longest", price(func(p *types.Price) { p.Unit = long[:2*32] }), ""},
		{"price unit too long", price(func(p *types.Price) { p.Unit = long[:2*33] }), "profile.skills[0].price.unit"},
		{"price unit none", price(func(p *types.Price) { p.Unit = "" }), "profile.skills[0].price.unit"},
		{"price least", price(func(p *types.Price) { p.Amount = uait(1) }), ""},
		{"price zero", price(func(p *types.Price) { p.Amount = uait(0) }), "profile.skills[0].price.amount"},
		{"price most", price(func(p *types.Price) { p.Amount.Amount = types.MaxAmount() }), ""},
		{"price above", price(func(p *types.Price) { p.Amount.Amount = types.MaxAmount().AddRaw(1) }), "profile.skills[0].price.amount"},
		{"price in another coin", price(func(p *types.Price) { p.Amount.Denom = "uatom" }), "profile.skills[0].price.amount"},
		{"price not given", price(func(p *types.Price) { p.Amount = sdk.Coin{} }), "profile.skills[0].price.amount"},
		{"price without a number", price(func(p *types.Price) { p.Amount = sdk.Coin{Denom: "uait"} }), "profile.skills[0].price.amount"},

		{"no interfaces", interfaces(0), ""},
		{"most interfaces", interfaces(8), ""},
		{"too many interfaces", interfaces(9), "profile.interfaces"},
		{"an interface twice", func(p *types.Profile) {
			p.Interfaces = append(p.Interfaces, p.Interfaces[0])
		}, "profile.interfaces[1].url"},
		{"url longest", iface(func(i *types.Interface) { i.Url = "https://a.b/" + strings.Repeat("c", 244) }), ""},
		{"url too long", iface(func(i *types.Interface) { i.Url = "https://a.b/" + strings.Repeat("c", 245) }), "profile.interfaces[0].url"},
		{"url bad", iface(func(i *types.Interface) { i.Url = "ftp://a.b" }), "profile.interfaces[0].url"},
		{"binding JSON", iface(func(i *types.Interface) { i.Binding = "HTTP+JSON" }), ""},
		{"binding unknown", iface(func(i *types.Interface) { i.Binding = "grpc" }), "profile.interfaces[0].binding"},
		{"protocol version longest", iface(func(i *types.Interface) { i.ProtocolVersion = long[:2*32] }), ""},
		{"protocol version too long", iface(func(i *types.Interface) { i.ProtocolVersion = long[:2*33] }), "profile.interfaces[0].protocol_version"},
		{"protocol version none", iface(func(i *types.Interface) { i.ProtocolVersion = "" }), "profile.interfaces[0].protocol_version"},

		{"no keys", func(p *types.Profile) { p.MessagingKeys = nil }, ""},
		{"X25519 key", key(types.HPKE_SUITE_X25519, 32), ""},
		{"X25519 key too short", key(types.HPKE_SUITE_X25519, 31), "profile.messaging_keys[0].public_key"},
		{"X25519 key too long", key(types.HPKE_SUITE_X25519, 33), "profile.messaging_keys[0].public_key"},
		{"hybrid key", key(types.HPKE_SUITE_X25519_MLKEM768, 1216), ""},
		{"hybrid key too short", key(types.HPKE_SUITE_X25519_MLKEM768, 1215), "profile.messaging_keys[0].public_key"},
		{"hybrid key too long", key(types.HPKE_SUITE_X25519_MLKEM768, 1217), "profile.messaging_keys[0].public_key"},
		{"key without suite", key(types.HPKE_SUITE_UNSPECIFIED, 0), "profile.messaging_keys[0].suite"},
		{"key of an unknown suite", key(3, 32), "profile.messaging_keys[0].suite"},
		{"a suite twice", func(p *types.Profile) {
			p.MessagingKeys = append(p.MessagingKeys, p.MessagingKeys[0])
		}, "profile.messaging_keys[1].valid_from"},
		{"a key that follows", messagingKeys(0, 5), ""},
		{"two keys from one time", messagingKeys(5, 5), "profile.messaging_keys[1].valid_from"},
		{"three keys of a suite", messagingKeys(0, 5, 6), "profile.messaging_keys[2].suite"},

		{"no parameters", parameters(0), ""},
		{"most parameters", parameters(16), ""},
		{"too many parameters", parameters(17), "profile.skills[0].parameters"},
		{"parameter", parameter(func(*types.SkillParameter) {}), ""},
		{"parameter name longest", parameter(func(p *types.SkillParameter) { p.Name = strings.Repeat("a", 32) }), ""},
		{"parameter name too long", parameter(func(p *types.SkillParameter) { p.Name = strings.Repeat("a", 33) }), "profile.skills[0].parameters[0].name"},
		{"parameter name none", parameter(func(p *types.SkillParameter) { p.Name = "" }), "profile.skills[0].parameters[0].name"},
		{"parameter name with SQL", parameter(func(p *types.SkillParameter) { p.Name = "a;--" }), "profile.skills[0].parameters[0].name"},
		{"parameter name with a digit first", parameter(func(p *types.SkillParameter) { p.Name = "1a" }), "profile.skills[0].parameters[0].name"},
		{"parameter type none", parameter(func(p *types.SkillParameter) { p.Type = 0 }), "profile.skills[0].parameters[0].type"},
		{"parameter type last", parameter(func(p *types.SkillParameter) { p.Type = 3 }), ""},
		{"parameter type unknown", parameter(func(p *types.SkillParameter) { p.Type = 4 }), "profile.skills[0].parameters[0].type"},
		{"parameter description longest", parameter(func(p *types.SkillParameter) { p.Description = long[:2*256] }), ""},
		{"parameter description too long", parameter(func(p *types.SkillParameter) { p.Description = long[:2*257] }), "profile.skills[0].parameters[0].description"},
		{"parameter description with NUL", parameter(func(p *types.SkillParameter) { p.Description = "\x00" }), "profile.skills[0].parameters[0].description"},
		{"a parameter twice", skill(func(s *types.Skill) {
			s.Parameters = []types.SkillParameter{{Name: "a", Type: 1}, {Name: "a", Type: 2}}
		}), "profile.skills[0].parameters[1].name"},

		{"card", card("https://a.b/card.json", 32), ""},
		{"card uri none", card("", 32), "profile.card.uri"},
		{"card uri bad", card("https://user:pass@a.b/", 32), "profile.card.uri"},
		{"card uri too long", card("https://a.b/"+strings.Repeat("c", 245), 32), "profile.card.uri"},
		{"card hash none", card("https://a.b/", 0), "profile.card.sha256"},
		{"card hash too short", card("https://a.b/", 31), "profile.card.sha256"},
		{"card hash too long", card("https://a.b/", 33), "profile.card.sha256"},

		{"most labels", labels(16), ""},
		{"too many labels", labels(17), "profile.labels"},
		{"label longest", label(strings.Repeat("k", 32), long[:2*64]), ""},
		{"label key too long", label(strings.Repeat("k", 33), "v"), "profile.labels[0].key"},
		{"label key none", label("", "v"), "profile.labels[0].key"},
		{"label key in upper case", label("Region", "v"), "profile.labels[0].key"},
		{"label value none", label("region", ""), "profile.labels[0].value"},
		{"label value too long", label("region", long[:2*65]), "profile.labels[0].value"},
		{"label value with a control", label("region", "a\x1bb"), "profile.labels[0].value"},
		{"label value with SQL", label("region", "' OR 1=1 --"), ""},
		{"a label twice", func(p *types.Profile) {
			p.Labels = []types.Label{{Key: "a", Value: "b"}, {Key: "a", Value: "c"}}
		}, "profile.labels[1].key"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			p := newProfile(t)
			tc.change(&p)
			var want error
			if tc.field != "" {
				want = types.ErrInvalidProfile
			}
			expect(t, p.Validate(), want, tc.field)
		})
	}
}

func TestProfile_Size_OfTheTestIsExact(t *testing.T) {
	for _, n := range []int{types.MaxProfileBytes, types.MaxProfileBytes + 1} {
		p := newProfile(t)
		withSize(n)(&p)
		if p.Size() != n {
			t.Errorf("expected a profile of %d bytes, got %d", n, p.Size())
		}
	}
}
