package agent_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aitbc/aitbc/agent"
)

const minimal = `
chain_id: aitbc-test-1
nodes:
  grpc: [127.0.0.1:9090, node2.example:9090]
  rpc: ["http://127.0.0.1:26657"]
agent:
  id: 0 # not yet
  name: Summaries
  bond: 25 AIT
key: {name: agent, backend: test, dir: keys}
messaging_keys: [hpke.pem, /old/hpke.pem]
data_dir: data
listen: 127.0.0.1:8080
public_url: https://agent.example
offers:
  - skill: text.summarize
    price: "0.5"
`

func TestLoadConfig(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "agent.yaml")
	if err := os.WriteFile(path, []byte(minimal), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := agent.LoadConfig(path)
	if err != nil {
		t.Fatal(err)
	}
	if c.DataDir != filepath.Join(dir, "data") || c.Key.Dir != filepath.Join(dir, "keys") ||
		!reflect.DeepEqual(c.MessagingKeys, []string{filepath.Join(dir, "hpke.pem"), "/old/hpke.pem"}) {
		t.Errorf("expected paths relative to the file, got %s, %s, %v", c.DataDir, c.Key.Dir, c.MessagingKeys)
	}
	if c.StaleAfter != time.Minute || c.Grace != 30*time.Second || c.Limits.Concurrency != 2 ||
		c.Limits.MaxInputBytes != 4<<20 || c.Limits.JobTime != 10*time.Minute || c.Agent.Type != "ai_model" {
		t.Errorf("unexpected defaults %+v", c)
	}
	if o := c.Offers[0]; o.MaxAmount != "0.5" || o.MaxDelivery != 24*time.Hour || o.MaxLiveJobs != 10 || o.MaxMilestones != 4 || o.Name != "text.summarize" {
		t.Errorf("unexpected defaults %+v", o)
	}
	if err := agent.WriteAgentID(path, 42); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Replace(minimal, "id: 0 # not yet", "id: 42 # not yet", 1); string(raw) != want {
		t.Errorf("expected nothing else to change, got %s", raw)
	}
}

func TestWriteConfig(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "agent.yaml")
	c := testConfig(dir)
	c.Agent.Description = "Two lines:\nand # no comment"
	if err := agent.WriteConfig(path, c); err != nil {
		t.Fatal(err)
	}
	if err := agent.WriteConfig(path, c); err == nil || !strings.Contains(err.Error(), "expected a new file") {
		t.Errorf("got %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v", info, err)
	}
	if raw, err := os.ReadFile(path); err != nil || !strings.Contains(string(raw), "job_time: 10m\n") || !strings.Contains(string(raw), "# What does the work.\n") {
		t.Errorf("got %s, %v", raw, err)
	}
	back, err := agent.LoadConfig(path)
	if err != nil {
		t.Fatal(err)
	}
	if back.Agent != c.Agent || back.ChainID != c.ChainID || back.Limits != c.Limits || back.Offers[0].Price != c.Offers[0].Price ||
		back.Grace != c.Grace {
		t.Errorf("wrote %+v, read %+v", c, back)
	}
	if err := agent.WriteAgentID(path, 99); err != nil {
		t.Fatal(err)
	}
	if back, err = agent.LoadConfig(path); err != nil || back.Agent.ID != 99 {
		t.Errorf("got %d, %v", back.Agent.ID, err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%d files are left", len(left))
	}
}

func TestConfigErrors(t *testing.T) {
	for _, c := range []struct{ old, changed, want string }{
		{"chain_id: aitbc-test-1", "chain_id: ''", "chain_id: expected 1 to 50 bytes, got 0"},
		{"chain_id:", "chain: x\nchain_id:", "line 2: chain: there is no such field"},
		{"  name: Summaries", "  title: Summaries", "line 8: title: there is no such field"},
		{"    price: \"0.5\"", "    price: \"0.5\"\n    colour: red", "line 18: colour: there is no such field"},
		{"id: 0", "id: seven", "line 7: id: expected a number, got seven"},
		{"listen:", "grace: soon\nlisten:", "line 13: grace: expected a time such as 30s or 24h, got soon"},
		{"key: {name: agent, backend: test, dir: keys}", "key: agent", "line 10: key: expected a section, got agent"},
		{"id: 0", "id: 0\n  id: 1", "already defined"},
		{"chain_id:", "\tchain_id:", "line "},
		{"  grpc: [127.0.0.1:9090, node2.example:9090]", "  grpc: []", "nodes.grpc: expected 1 to 16 addresses"},
		{"node2.example:9090", "node2.example", `nodes.grpc[1]: expected host:port, got "node2.example"`},
		{"node2.example:9090", "node2.example:0", `nodes.grpc[1]: expected a port from 1 to 65535, got "0"`},
		{`"http://127.0.0.1:26657"`, "tcp://127.0.0.1:26657", "nodes.rpc[0]: expected an http or https address"},
		{"bond: 25 AIT", "bond: 25 EUR", "agent.bond: expected"},
		{"name: Summaries", "name: S", "agent.name: expected 3 to 64 characters, got 1"},
		{"name: Summaries", "name: Summaries\n  version: one", "agent.version: expected a semantic version"},
		{"name: Summaries", "name: Summaries\n  type: robot", `agent.type: expected ai_model, data_provider, validator, market_maker, broker or oracle, got "robot"`},
		{"backend: test", "backend: memory", "key.backend: expected one of os, file, test, kwallet, pass, keychain, got \"memory\""},
		{"name: agent,", "name: '',", "key.name: expected 1 to 128 bytes, got 0"},
		{"dir: keys", "dir: ''", "key.dir: expected the directory"},
		{"[hpke.pem, /old/hpke.pem]", "[]", "messaging_keys: expected 1 to 16 files, got 0"},
		{"[hpke.pem, /old/hpke.pem]", "[a, a]", `messaging_keys[1]: expected a file that is not listed twice, got "a"`},
		{"data_dir: data", "data_dir: ''", "data_dir: expected a directory, got none"},
		{"listen: 127.0.0.1:8080", "listen: 8080", `listen: expected host:port, got "8080"`},
		{"listen:", "metrics_listen: x\nlisten:", `metrics_listen: expected host:port, got "x"`},
		{"https://agent.example", "agent.example", "public_url: expected an http or https address"},
		{"https://agent.example", "https://agent.example/?a=b", "public_url: expected an address without a query"},
		{"https://agent.example", "https://agent.example/" + strings.Repeat("a", 180), "public_url: expected at most 179 bytes, got 202"},
		{"listen:", "executor: magic\nlisten:", `executor: expected embedded, got "magic"`},
		{"text.summarize", "summarize", "offers[0].skill: expected 2 to 6 dotted parts"},
		{"\"0.5\"", "\"0\"", "offers[0].price.amount: expected 1 to"},
		{"\"0.5\"", "cheap", "offers[0].price: expected an amount"},
		{"\"0.5\"", "\"0.5\"\n    max_amount: \"0.4\"", "offers[0].max_amount: expected 500000 to"},
		{"\"0.5\"", "\"0.5\"\n    min_delivery: 1500ms", "offers[0].min_delivery: expected whole seconds, at least 1s, got 1.5s"},
		{"\"0.5\"", "\"0.5\"\n    min_delivery: 48h", "offers[0].max_delivery_seconds: expected at least 172800"},
		{"\"0.5\"", "\"0.5\"\n    max_live_jobs: 2000", "offers[0].max_live_jobs: expected 1 to 1000, got 2000"},
		{"\"0.5\"", "\"0.5\"\n    max_milestones: 17", "offers[0].max_milestones: expected 1 to 16, got 17"},
		{"\"0.5\"", "\"0.5\"\n    input_media_types: [text]", "offers[0].input_media_types[0]: expected a media type"},
		{"\"0.5\"", "\"0.5\"\n  - {skill: text.summarize, price: \"1\"}", `offers[1].skill: expected one that is not listed twice, got "text.summarize"`},
		{"listen:", "limits: {concurrency: 0}\nlisten:", "limits.concurrency: expected 1 to 1000, got 0"},
		{"listen:", "limits: {max_input_bytes: 67108865}\nlisten:", "limits.max_input_bytes: expected 1 to 67108864, got 67108865"},
		{"listen:", "limits: {job_time: 10ms}\nlisten:", "limits.job_time: expected 1s to 2160h0m0s, got 10ms"},
		{"listen:", "stale_after: 1s\nlisten:", "stale_after: expected at least 5s, got 1s"},
		{"listen:", "grace: -1s\nlisten:", "grace: expected zero or more, got -1s"},
		{"    price: \"0.5\"", "    price: \"0.5\"\n---\na: b", "expected one YAML document"},
	} {
		changed := strings.Replace(minimal, c.old, c.changed, 1)
		if changed == minimal {
			t.Fatalf("%q is not in the configuration", c.old)
		}
		_, err := agent.ParseConfig([]byte(changed))
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: expected %q, got %v", c.changed, c.want, err)
		}
	}
	if _, err := agent.ParseConfig(nil); err == nil || !strings.HasPrefix(err.Error(), "chain_id: ") {
		t.Errorf("got %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	b := newBed(t)
	for want, change := range map[string]func(*agent.Config, *agent.Deps){
		"agent.id: expected a registered agent, got 0":   func(c *agent.Config, _ *agent.Deps) { c.Agent.ID = 0 },
		"agent: expected a chain, a signer, an executor": func(_ *agent.Config, d *agent.Deps) { d.Keys = nil },
		`offers[0].skill: expected one that executor embedded has`: func(c *agent.Config, _ *agent.Deps) {
			c.Offers = []agent.OfferConfig{{Skill: "text.translate", Price: "1"}}
		},
		"listen: expected host:port": func(c *agent.Config, _ *agent.Deps) { c.Listen = "here" },
	} {
		c, d := b.config, b.deps(nil)
		change(&c, &d)
		if _, err := agent.New(c, d); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("expected %q, got %v", want, err)
		}
	}
}
