package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

const generated = `{
  "swagger": "2.0",
  "info": {"title": "cosmos/bank/v1beta1/query.proto", "version": "version not set"},
  "tags": [{"name": "cosmos.bank.v1beta1.Query"}, {"name": "aitbc.clock.v1.Query"}, {"name": "aitbc.clock.v1.Msg"}],
  "consumes": ["application/json"],
  "produces": ["application/json"],
  "paths": {
    "/cosmos/bank/v1beta1/params": {"get": {"operationId": "Query_Params", "tags": ["cosmos.bank.v1beta1.Query"]}},
    "/aitbc/clock/v1/params": {"get": {"operationId": "Query_Params", "tags": ["aitbc.clock.v1.Query"]}}
  },
  "definitions": {"aitbc.clock.v1.Params": {"type": "object"}}
}`

func TestRunQualifiesOperationsAndDropsUnusedTags(t *testing.T) {
	var out bytes.Buffer
	if err := run(strings.NewReader(generated), &out); err != nil {
		t.Fatal(err)
	}
	var doc document
	if err := json.Unmarshal(out.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if id := doc.Paths["/aitbc/clock/v1/params"]["get"]["operationId"]; id != "aitbc.clock.v1.Query.Params" {
		t.Errorf("operation id: got %v", id)
	}
	want := []tag{{"aitbc.clock.v1.Query"}, {"cosmos.bank.v1beta1.Query"}}
	if len(doc.Tags) != 2 || doc.Tags[0] != want[0] || doc.Tags[1] != want[1] {
		t.Errorf("tags: expected %v, got %v", want, doc.Tags)
	}
	if len(doc.Definitions) != 1 {
		t.Errorf("definitions: expected 1, got %d", len(doc.Definitions))
	}
}

func TestRunRefuses(t *testing.T) {
	for name, in := range map[string]string{
		"unknown parts":            strings.Replace(generated, `"produces"`, `"security"`, 1),
		"two routes of one method": strings.Replace(generated, `["cosmos.bank.v1beta1.Query"]`, `["aitbc.clock.v1.Query"]`, 1),
		"operations without a tag": strings.Replace(generated, `["aitbc.clock.v1.Query"]`, `[]`, 1),
		"what is not JSON":         "swagger: 2.0",
		"operations without an id": strings.Replace(generated, `"Query_Params"`, `""`, 1),
	} {
		if err := run(strings.NewReader(in), &bytes.Buffer{}); err == nil {
			t.Errorf("expected an error on %s", name)
		}
	}
}
