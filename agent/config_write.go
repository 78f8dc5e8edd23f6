package agent

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/aitbc/aitbc/internal/durable"
)

// configComments stand above the fields that they are about.
var configComments = map[string]string{
	"chain_id":       "The configuration of one agent of the AITBC chain. Relative paths are relative to\nthis file. Times are such as 30s, 10m or 24h; amounts such as 0.5 AIT or 500000uait.",
	"nodes":          "Where the chain is asked. When one node does not answer, the next is asked.",
	"agent":          "Who the agent is. id 0 means that it is not registered yet. bond is what is to be\nat stake; payout receives what it earns, and empty means the owner.",
	"key":            "The key that signs the agent's transactions: its owner or operator.",
	"messaging_keys": "Files with the keys that inputs are sealed to. The first of each suite is published;\nkeep older ones below it, they still open what was sealed to them.",
	"card":           "The agent's A2A card, a JSON file, maybe signed (aitbc card sign).",
	"data_dir":       "Where state and payloads are kept, for one worker at a time.",
	"listen":         "The endpoint for clients, and where they reach it.",
	"metrics_listen": "/metrics and /healthz; if it is empty they are on the endpoint, for everybody.",
	"executor":       "What does the work.",
	"offers":         "What the agent can be hired for.",
	"limits":         "What a job may take.",
	"stale_after":    "The worker is unhealthy when it has seen no new block for so long.",
	"grace":          "How long work under way may go on when the worker is told to stop.",
}

// WriteConfig checks a configuration and writes it to a new file, with a comment at
// each section. It is an error if the file exists.
func WriteConfig(path string, c Config) error {
	if err := c.Validate(); err != nil {
		return err
	}
	raw, err := marshalConfig(c)
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	return written(path, durable.Create(path, raw))
}

// WriteAgentID replaces the agent's id in a configuration file and nothing else.
func WriteAgentID(path string, id uint64) error {
	return writeField(path, "agent", "id", strconv.FormatUint(id, 10))
}

// WriteKeyName replaces the name of the key that signs the agent's work in a
// configuration file and nothing else.
func WriteKeyName(path, name string) error {
	return writeField(path, "key", "name", strconv.Quote(name))
}

// writeField replaces one value of a section, as it stands in the file.
func writeField(path, section, field, value string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	var root yaml.Node
	if err := yaml.Unmarshal(raw, &root); err != nil {
		return fmt.Errorf("%s: %w", path, yamlError(raw, err))
	}
	node := child(child(&root, section), field)
	if node == nil {
		return fmt.Errorf("%s: %s.%s: expected the field, got none", path, section, field)
	}
	lines := bytes.SplitAfter(raw, []byte("\n"))
	line, at := lines[node.Line-1], node.Column-1
	old := node.Value
	switch node.Style { //nolint:exhaustive // the others are written as they are
	case yaml.DoubleQuotedStyle:
		old = strconv.Quote(old)
	case yaml.SingleQuotedStyle:
		old = "'" + old + "'"
	}
	end := at + len(old)
	if end > len(line) || string(line[at:end]) != old {
		return fmt.Errorf("%s: %s.%s: expected a plain value", path, section, field)
	}
	lines[node.Line-1] = []byte(string(line[:at]) + value + string(line[end:]))
	changed := bytes.Join(lines, nil)
	if _, err := ParseConfig(changed); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return written(path, durable.Replace(path, changed))
}

// child returns the value of a key, or nil.
func child(node *yaml.Node, key string) *yaml.Node {
	if node != nil && node.Kind == yaml.DocumentNode && len(node.Content) > 0 {
		node = node.Content[0]
	}
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i+1]
		}
	}
	return nil
}

// written says which file could not be written, and why.
func written(path string, err error) error {
	switch {
	case errors.Is(err, os.ErrExist):
		return fmt.Errorf("%s: expected a new file, but it exists", path)
	case err != nil:
		return fmt.Errorf("configuration: %w", err)
	}
	return nil
}

// longTime is how Go writes a time of whole minutes or hours.
var longTime = regexp.MustCompile(`^(\d+h)?\d+m0s$`)

// shortenTimes makes 24h of 24h0m0s.
func shortenTimes(node *yaml.Node) {
	if longTime.MatchString(node.Value) {
		text := strings.TrimSuffix(node.Value, "0s")
		if hours, ok := strings.CutSuffix(text, "h0m"); ok {
			text = hours + "h"
		}
		node.Value = text
	}
	for _, below := range node.Content {
		shortenTimes(below)
	}
}

// marshalConfig writes YAML with comments.
func marshalConfig(c Config) ([]byte, error) {
	var node yaml.Node
	if err := node.Encode(c); err != nil {
		return nil, err
	}
	shortenTimes(&node)
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		key.HeadComment = configComments[key.Value]
	}
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(&node); err != nil {
		return nil, err
	}
	return out.Bytes(), encoder.Close()
}
