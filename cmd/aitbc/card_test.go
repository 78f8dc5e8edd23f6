package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const aCard = `{"name":"Ada\u001b[31m","description":"d","version":"1.0.0","capabilities":{},"defaultInputModes":["text/plain"],
"defaultOutputModes":["text/plain"],"skills":[{"id":"text.summarize","name":"Summary","description":"d","tags":["text"]}],
"supportedInterfaces":[{"url":"https://a.example","protocolBinding":"JSONRPC","protocolVersion":"1.0"}]}`

// aCardKey is a key for tests: that of RFC 8037, appendix A.
const aCardKey = `{"kid":"ada","kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`

// cardFiles makes a directory of them the working directory.
func cardFiles(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, content := range files {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func succeeds(t *testing.T, args ...string) (string, string) {
	t.Helper()
	stdout, stderr, err := execute(t, args...)
	if err != nil {
		t.Fatalf("aitbc %s: %v", strings.Join(args, " "), err)
	}
	return stdout, stderr
}

func TestCardSignAndVerify(t *testing.T) {
	cardFiles(t, map[string]string{"card.json": aCard, "key.json": aCardKey})
	const unsignedHash = "458bb40d60f55e73a9fa2e10fe2e39ff91d3a6fc6f412eec87ae13f67c2e6234"
	if out, _ := succeeds(t, "card", "hash", "card.json"); out != unsignedHash+"\n" {
		t.Errorf("expected %s, got %s", unsignedHash, out)
	}
	var hashed cardHash
	out, _ := succeeds(t, "card", "hash", "card.json", "-o", "json")
	if decode(t, out, &hashed); hashed.Hash != unsignedHash {
		t.Errorf("unexpected hash %+v", hashed)
	}
	keys, _ := succeeds(t, "card", "keys", "key.json")
	cardFiles(t, map[string]string{"card.json": aCard, "key.json": aCardKey, "keys.json": keys})

	out, _ = succeeds(t, "card", "sign", "card.json", "--key", "key.json", "--jku", "https://a.example/keys.json", "--out", "signed.json")
	contains(t, out, "EdDSA  ada", "signed.json")
	var signed signedCard
	out, _ = succeeds(t, "card", "sign", "card.json", "--key", "key.json", "--jku", "https://a.example/keys.json", "-o", "json")
	decode(t, out, &signed)
	file, err := os.ReadFile("signed.json")
	if err != nil || !json.Valid(file) || signed.Algorithm != "EdDSA" || signed.KeyID != "ada" || signed.File != "" {
		t.Fatalf("unexpected result %+v, and %v", signed, err)
	}
	out, stderr := succeeds(t, "card", "sign", "card.json", "--key", "key.json", "--jku", "https://a.example/keys.json")
	if out != string(file) || stderr != "sha256 "+signed.Hash+"\n" {
		t.Errorf("expected the card as it is in the file, got %s and %s", out, stderr)
	}

	out, _ = succeeds(t, "card", "verify", "signed.json", "--hash", signed.Hash, "--keys", "keys.json")
	contains(t, out, "Ada[31m\n", signed.Hash+"  as registered", "https://a.example  JSONRPC 1.0", "text.summarize  Summary", "EdDSA  ada  verified")
	out, _ = succeeds(t, "card", "verify", "signed.json")
	contains(t, out, "not compared", "ada  unchecked (unknown key: no keys are trusted)")
	out, _ = succeeds(t, "card", "verify", "card.json")
	contains(t, out, "signature  none")
	var report cardReport
	out, _ = succeeds(t, "card", "verify", "signed.json", "--keys", "keys.json", "-o", "json")
	if decode(t, out, &report); report.Verified != 1 || report.Registered || report.Hash != signed.Hash || report.Signatures[0].Status != "verified" ||
		report.Card.Interfaces[0].Binding != "JSONRPC" {
		t.Errorf("unexpected report %+v", report)
	}
}

func TestCardFetch(t *testing.T) {
	cardFiles(t, map[string]string{"card.json": aCard, "key.json": aCardKey})
	out, _ := succeeds(t, "card", "sign", "card.json", "--key", "key.json")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(out))
	}))
	t.Cleanup(server.Close)
	refuses(t, `url: expected https, got "http"`, "card", "verify", server.URL)
	refuses(t, strings.TrimPrefix(server.URL, "http://")+": url: expected a host on the public internet",
		"card", "verify", strings.Replace(server.URL, "http:", "https:", 1))
	got, _ := succeeds(t, "card", "verify", server.URL, "--allow-local")
	contains(t, got, "ada  unchecked")
}

func TestCardBadInput(t *testing.T) {
	cardFiles(t, map[string]string{
		"card.json": aCard, "key.json": aCardKey, "empty.json": "", "none.json": `{"keys":[]}`, "list.json": "[]", "half.json": `{"name":"Ada"}`,
		"twice.json": `{"name":"Ada","name":"Eve"}`, "large.json": `"` + strings.Repeat("a", 262_143) + `"`,
		"bad.json":   strings.Replace(aCard, `{"name"`, `{"signatures":[{"protected":"eyJhbGciOiJub25lIiwia2lkIjoiYSJ9","signature":"AA"}],"name"`, 1),
		"other.json": `{"kid":"other","kty":"OKP","crv":"Ed25519","x":"gjFPN4TFo8N3xL2eMha6XQVAQUv4KSyo4fmaiD-Cw7I"}`, "rsa.pem": "-----BEGIN RSA PRIVATE KEY-----\nAA==\n-----END RSA PRIVATE KEY-----\n",
	})
	if err := os.WriteFile("open.json", []byte(aCardKey), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod("open.json", 0o644); err != nil {
		t.Fatal(err)
	}
	out, _ := succeeds(t, "card", "sign", "card.json", "--key", "key.json", "--out", "signed.json")
	contains(t, out, filepath.Join("", "signed.json"))
	for _, tc := range []struct{ want, args string }{
		{"aitbc card: expected one of", "card"},
		{"aitbc card: expected one of", "card show"},
		{"aitbc card hash: expected FILE, got 0 arguments", "card hash"},
		{"file: expected one that can be read", "card hash nothing.json"},
		{"file: expected a file, but . is a directory", "card hash ."},
		{"file: expected at most 262144 bytes, but large.json has more", "card hash large.json"},
		{"card: expected a JSON document, got nothing", "card hash empty.json"},
		{"card: expected a JSON object, got an array", "card hash list.json"},
		{`card: expected JSON with one meaning (RFC 7493): duplicate key: "name"`, "card hash twice.json"},
		{"aitbc card verify: expected FILE|URL, got 2 arguments", "card verify card.json card.json"},
		{"--hash: expected 64 hexadecimal digits", "card verify card.json --hash abc"},
		{"--hash: expected 64 hexadecimal digits", "card verify card.json --hash="},
		{"card: expected the sha256 " + strings.Repeat("ab", 32) + ", as registered, got ", "card verify card.json --hash " + strings.Repeat("ab", 32)},
		{"--keys: expected one that can be read", "card verify card.json --keys nothing.json"},
		{"--keys: expected a file, got nothing", "card verify card.json --keys="},
		{"--keys: keys[0]: expected a public key, got a secret one", "card verify card.json --keys key.json"},
		{"--keys: expected at least one key", "card verify card.json --keys none.json"},
		{"--key-host: expected a host", "card verify card.json --key-host https://a.example"},
		{"card: expected a signature by a key that you trust, but it has none", "card verify card.json --keys other.json"},
		{"card: expected a signature by a key that you trust, got 1 others: unknown key", "card verify signed.json --keys other.json"},
		{"card: expected a signature by a key that you trust, got 1 others: unknown key: the signature has no jku", "card verify signed.json --key-host a.example"},
		{"card: signatures[0]: alg: expected EdDSA, ES256 or ES256K, got none", "card verify bad.json"},
		{"card: capabilities: expected an object, got nothing", "card verify half.json"},
		{`url: expected https, got "ftp"`, "card verify ftp://a.example/card.json"},
		{"--key: expected the file of a private key, got nothing", "card sign card.json"},
		{"--key: key: open nothing.json", "card sign card.json --key nothing.json"},
		{"--key: key: open.json: expected permissions 0600, got 0644", "card sign card.json --key open.json"},
		{"--key: key: expected PEM of type PRIVATE KEY or EC PRIVATE KEY", "card sign card.json --key rsa.pem"},
		{"--key: --kid: expected a name", "card sign card.json --key key.json --kid="},
		{"jku: url: expected https", "card sign card.json --key key.json --jku http://a.example"},
		{"card: capabilities: expected an object, got nothing", "card sign half.json --key key.json"},
		{"--out: signed.json exists; --force replaces it", "card sign card.json --key key.json --out signed.json"},
		{"key: open nothing.json", "card keys nothing.json"},
	} {
		refuses(t, tc.want, strings.Fields(tc.args)...)
	}
}
