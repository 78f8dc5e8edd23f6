// Package static holds the generated API document that nodes serve.
package static

import _ "embed"

// OpenAPI describes the REST gateway of all modules, in OpenAPI 2.0 as JSON.
// Generated from the proto files; see `make proto`.
//
//go:embed openapi.json
var OpenAPI []byte
