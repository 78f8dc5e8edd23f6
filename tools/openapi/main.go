// Command openapi finishes the OpenAPI document that protoc-gen-openapiv2 made:
// it reads it from standard input and writes it to standard output with the
// chain's title, unique operation ids and only the tags that are used.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// document is the part of OpenAPI 2.0 that is changed here; the rest passes
// through as it is.
type document struct {
	Swagger     string                               `json:"swagger"`
	Info        map[string]string                    `json:"info"`
	Consumes    []string                             `json:"consumes"`
	Produces    []string                             `json:"produces"`
	Tags        []tag                                `json:"tags"`
	Paths       map[string]map[string]map[string]any `json:"paths"`
	Definitions map[string]json.RawMessage           `json:"definitions"`
}

type tag struct {
	Name string `json:"name"`
}

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "openapi:", err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	var doc document
	dec := json.NewDecoder(in)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&doc); err != nil {
		return err
	}
	doc.Info = map[string]string{
		"title":       "AITBC REST API",
		"description": "Queries of the AITBC modules and of the Cosmos SDK modules that a node serves. Amounts are decimal strings in base units.",
		"version":     "v1",
	}
	used, err := qualifyOperations(doc.Paths)
	if err != nil {
		return err
	}
	doc.Tags = nil
	for _, name := range used {
		doc.Tags = append(doc.Tags, tag{name})
	}
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(doc)
}

// qualifyOperations puts the service's full name, which is the operation's tag,
// before every operation id: the generator's own ids ("Query_Params") repeat from
// module to module, and the standard wants them unique. It returns the tags in
// use, ours first.
func qualifyOperations(paths map[string]map[string]map[string]any) ([]string, error) {
	var tags []string
	seen := map[string]string{}
	for path, methods := range paths {
		for method, op := range methods {
			id, _ := op["operationId"].(string)
			list, _ := op["tags"].([]any)
			if id == "" || len(list) != 1 {
				return nil, fmt.Errorf("%s %s: expected an operation id and one tag, got %q and %v", method, path, id, list)
			}
			service, _ := list[0].(string)
			_, rpc, _ := strings.Cut(id, "_")
			full := service + "." + rpc
			if other, ok := seen[full]; ok {
				return nil, fmt.Errorf("operation id %s: expected one route, got %s and %s", full, other, path)
			}
			seen[full] = path
			op["operationId"] = full
			if !slices.Contains(tags, service) {
				tags = append(tags, service)
			}
		}
	}
	slices.SortFunc(tags, func(a, b string) int {
		if ours := strings.HasPrefix(b, "aitbc."); ours != strings.HasPrefix(a, "aitbc.") {
			if ours {
				return 1
			}
			return -1
		}
		return strings.Compare(a, b)
	})
	return tags, nil
}
