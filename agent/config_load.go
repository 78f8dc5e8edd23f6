package agent

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxConfigBytes bounds a configuration file.
const maxConfigBytes = 1 << 20

// LoadConfig reads a configuration and checks it. Paths in it come back absolute. An
// error is one sentence that names the file and the field.
func LoadConfig(path string) (Config, error) {
	file, err := os.Open(path)
	if err != nil {
		return Config{}, fmt.Errorf("configuration: %w", err)
	}
	defer func() { _ = file.Close() }()
	raw, err := io.ReadAll(io.LimitReader(file, maxConfigBytes+1))
	if err != nil {
		return Config{}, fmt.Errorf("configuration: %w", err)
	}
	c, err := ParseConfig(raw)
	if err != nil {
		return Config{}, fmt.Errorf("%s: %w", path, err)
	}
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return Config{}, fmt.Errorf("%s: %w", path, err)
	}
	return c.resolved(dir), nil
}

// ParseConfig reads a configuration from YAML over DefaultConfig and checks it. A
// field that does not exist is an error.
func ParseConfig(raw []byte) (Config, error) {
	if len(raw) > maxConfigBytes {
		return Config{}, fmt.Errorf("expected at most %d bytes, got more", maxConfigBytes)
	}
	c := DefaultConfig()
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	decoder.KnownFields(true)
	if err := decoder.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		return Config{}, yamlError(raw, err)
	}
	if err := decoder.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return Config{}, errors.New("expected one YAML document, got something after it")
	}
	for i, o := range c.Offers {
		c.Offers[i] = o.withDefaults(c)
	}
	return c, c.Validate()
}

// resolved returns the configuration with absolute paths.
func (c Config) resolved(dir string) Config {
	at := func(path string) string {
		if path == "" || filepath.IsAbs(path) {
			return path
		}
		return filepath.Join(dir, path)
	}
	c.DataDir, c.Key.Dir, c.Card = at(c.DataDir), at(c.Key.Dir), at(c.Card)
	keys := make([]string, len(c.MessagingKeys))
	for i, path := range c.MessagingKeys {
		keys[i] = at(path)
	}
	c.MessagingKeys = keys
	return c
}

var (
	unknownField = regexp.MustCompile(`^line (\d+): field (.+) not found in type .*$`)
	wrongType    = regexp.MustCompile("(?s)^line (\\d+): cannot unmarshal !!(\\w+)(?: (`.*`))? into (.+)$")
)

// yamlError makes one sentence of the first thing that the parser found.
func yamlError(raw []byte, err error) error {
	var found *yaml.TypeError
	if !errors.As(err, &found) || len(found.Errors) == 0 {
		return errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	first := found.Errors[0]
	if m := unknownField.FindStringSubmatch(first); m != nil {
		return fmt.Errorf("line %s: %s: there is no such field", m[1], m[2])
	}
	if m := wrongType.FindStringSubmatch(first); m != nil {
		got := strings.Trim(m[3], "`")
		if got == "" {
			got = map[string]string{"seq": "a list", "map": "a section"}[m[2]]
		}
		return fmt.Errorf("line %s: %s: expected %s, got %s", m[1], nameAt(raw, m[1]), kindText(m[4]), got)
	}
	return errors.New(first)
}

// nameAt returns the field that begins on a line.
func nameAt(raw []byte, line string) string {
	n, err := strconv.Atoi(line)
	lines := strings.Split(string(raw), "\n")
	if err != nil || n < 1 || n > len(lines) {
		return "field"
	}
	text := strings.TrimLeft(lines[n-1], " -")
	name, _, ok := strings.Cut(text, ":")
	if !ok || strings.ContainsAny(name, " \"'") {
		return "list"
	}
	return name
}

// kindText says in words what a Go type is for.
func kindText(goType string) string {
	switch {
	case goType == "time.Duration":
		return "a time such as 30s or 24h"
	case goType == "bool":
		return "true or false"
	case strings.HasPrefix(goType, "[]"):
		return "a list"
	case strings.Contains(goType, "int"):
		return "a number"
	case goType == "string" || goType == "agent.Amount":
		return "a text"
	default:
		return "a section"
	}
}
