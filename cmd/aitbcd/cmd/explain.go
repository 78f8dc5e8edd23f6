package cmd

import (
	"regexp"
	"strings"
)

var (
	// rewording says in our words what the libraries say for their developers.
	rewording = []struct {
		pattern *regexp.Regexp
		with    string
	}{
		{regexp.MustCompile(`rpc error: code = \w+ desc = `), ""},
		{regexp.MustCompile(`error in json rpc client, with http response metadata: \([^)]*\)\.? `), ""},
		{regexp.MustCompile(`RPC error -?\d+ - `), ""},
		{regexp.MustCompile(`Internal error: `), ""},
		{regexp.MustCompile(`\s*\[[^\[\]\s]*\.go:\d+\]`), ""},
		{regexp.MustCompile(` with gas used: '\d+'`), ""},
		{regexp.MustCompile(`: unknown request$`), ""},
		{regexp.MustCompile(`(?s)failed to execute DeliverTx for '.*': `), "a genesis transaction fails: "},
		{regexp.MustCompile(` \(\{\d+\}\)`), ""},
		{regexp.MustCompile(`(failed to convert address field to address|failed to get address from Keyring): `), ""},
		{regexp.MustCompile(`(\S+)\.info: key not found`), `no key named "$1"`},
		{regexp.MustCompile(`invalid argument ("(?:[^"\\]|\\.)*") for "--\d+" flag: `), "argument $1: "},
		{regexp.MustCompile(`invalid argument ("(?:[^"\\]|\\.)*") for "(-[^"]*)" flag: `), "$2: $1: "},
	}
	spaces  = regexp.MustCompile(`\s+`)
	suggest = regexp.MustCompile(`\s*Did you mean this\?\s*`)
	nodeURL = regexp.MustCompile(`Post "([^"]+)"`)
)

// advice is what to do about errors that everybody meets, by a part of their text.
var advice = []struct{ part, mend string }{
	{"account sequence mismatch", "another transaction of this account is on its way; wait for its block and send again"},
	{"insufficient fee", "raise --gas-prices, or --fees if you gave them"},
	{"out of gas", "raise --gas, or leave it away for an estimate, with a larger --gas-adjustment"},
	{"signature verification failed", "check --chain-id and, if you gave them, --account-number and --sequence"},
	{"no credentials available", "add the key with aitbcd keys add, or name the keyring it is in with --keyring-backend and --keyring-dir"},
	{"no key named", "aitbcd keys list shows the keys there are; name another keyring with --keyring-backend or --keyring-dir"},
	{"invalid account address or key name", "expected an address that starts with ait1, or the name of a key"},
	{"decoding bech32 failed", "expected an address that starts with ait1, or aitvaloper1 for a validator"},
	{"invalid Bech32 prefix", "expected an address that starts with ait1, or aitvaloper1 for a validator"},
	{"invalid decimal coin expression", "expected an amount like 1000uait"},
	{"invalid coin expression", "expected an amount like 1000uait"},
	{"insufficient funds", "the account has less than the amount and the fee together"},
	{"mempool is full", "the node is busy; send again later, or with a higher --gas-prices"},
	{"tx already exists in cache", "the node has it already; see aitbcd query tx"},
	{"address already in use", "stop what uses it, or change the setting"},
	{"transaction indexing is disabled", "ask a node with tx_index.indexer = \"kv\" in config.toml"},
	{"resource temporarily unavailable", "another aitbcd is running in this home; stop it first"},
	{
		"found signature from the same key", "if no other node has this key, set consensus.double_sign_check_height " +
			"in config.toml to 0; otherwise stop the other one first",
	},
	{"unknown flag", "--help lists the flags"},
	{"unknown shorthand flag", "--help lists the flags"},
	{"unknown command", "--help lists the commands"},
}

// explain turns an error into one sentence for its user: without the libraries'
// own remarks, in one line, and with what to do about it.
func explain(err error) string {
	text := err.Error()
	for _, r := range rewording {
		text = r.pattern.ReplaceAllString(text, r.with)
	}
	if m := nodeURL.FindStringSubmatch(text); m != nil {
		last := text[strings.LastIndex(text, ": ")+2:]
		return "--node: no node answers at " + m[1] + " (" + last + "): start one, or give another address"
	}
	text = suggest.ReplaceAllString(text, "; did you mean ")
	text = strings.TrimSpace(spaces.ReplaceAllString(text, " "))
	for _, a := range advice {
		if strings.Contains(text, a.part) && !strings.Contains(text, a.mend) {
			return text + "; " + a.mend
		}
	}
	return text
}
