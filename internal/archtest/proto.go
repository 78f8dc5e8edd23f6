package archtest

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	whyProtoPkg   = "the package is part of every type URL and can't be moved later: it follows the folder, which follows the module"
	whyProtoDoc   = "the comment is what API documents, wallets and explorers show: meaning, unit and bounds"
	whyZero       = "zero is what an unset field decodes to: it must never be a real choice"
	whyProtoFloat = "floats have no place in consensus messages: use integers with the unit in the name, or decimals as strings"
	whySigner     = "without it the SDK can't tell who must sign"
	whyAmino      = "Ledger devices and wallets sign amino JSON under this name; longer than 39 characters and the Ledger app refuses"
	whyService    = "without cosmos.msg.v1.service the messages are not registered as transactions"
	whyNoHTTP     = "transactions are signed and broadcast; a REST route for a message would invite unsigned calls"
	whyREST       = "REST paths are an API: /aitbc/<module>/v1/..., so that two modules never collide and versions can live side by side"
)

// maxAminoName is what the Ledger app accepts.
const maxAminoName = 39

// protoDir is where our proto files live.
const protoDir = "proto/aitbc"

// unsigned are the messages without a signer, with the reason.
var unsigned = map[string]string{}

var protoPath = regexp.MustCompile(`^proto/(aitbc/([a-z]+)/v[0-9]+)/[a-z_]+\.proto$`)

func ourProtos(r *Repo) []*protoFile {
	return slices.DeleteFunc(slices.Clone(r.protos), func(p *protoFile) bool { return !within(p.path, protoDir) })
}

func checkProtoFiles(r *Repo) []Finding {
	c := &collector{repo: r}
	for _, p := range ourProtos(r) {
		match := protoPath.FindStringSubmatch(p.path)
		if match == nil {
			c.add(p.path, 1, whyProtoPkg, "expected proto/aitbc/<module>/v<N>/<name>.proto")
			continue
		}
		if want := strings.ReplaceAll(match[1], "/", "."); p.pkg != want {
			c.add(p.path, 1, whyProtoPkg, "package: expected %s, got %s", want, p.pkg)
		}
		if want := goPackageOf(match[2]); p.options["go_package"] != want {
			c.add(p.path, 1, whyProtoPkg, "go_package: expected %s, got %s", want, p.options["go_package"])
		}
		checkProtoComments(c, p)
		for _, e := range p.enums {
			if len(e.values) == 0 || e.values[0].typ != "0" || !strings.HasSuffix(e.values[0].name, "_UNSPECIFIED") {
				c.add(p.path, e.line, whyZero, "enum %s: expected the first value to be ..._UNSPECIFIED = 0", e.name)
			}
		}
	}
	return c.findings
}

// goPackageOf returns where the Go code of a proto package is: in its module, but for the
// read model, which is none.
func goPackageOf(name string) string {
	if name == "index" {
		return modulePath + "/index/indexv1"
	}
	return modulePath + "/x/" + name + "/types"
}

func checkProtoComments(c *collector, p *protoFile) {
	need := func(commented bool, line int, what, name string) {
		if !commented {
			c.add(p.path, line, whyProtoDoc, "%s %s has no comment above it", what, name)
		}
	}
	for _, m := range p.messages {
		need(m.commented, m.line, "message", m.name)
		for _, f := range m.fields {
			need(f.commented, f.line, "field", m.name+"."+f.name)
			if strings.HasSuffix(f.typ, "float") || strings.HasSuffix(f.typ, "double") {
				c.add(p.path, f.line, whyProtoFloat, "field %s.%s is a %s", m.name, f.name, f.typ)
			}
		}
	}
	for _, e := range p.enums {
		need(e.commented, e.line, "enum", e.name)
		for _, v := range e.values {
			need(v.commented, v.line, "enum value", v.name)
		}
	}
	for _, s := range p.services {
		need(s.commented, s.line, "service", s.name)
		for _, rpc := range s.rpcs {
			need(rpc.commented, rpc.line, "rpc", rpc.name)
		}
	}
}

// checkProtoMsgs guards the requests of Msg services: signer, amino name, and the
// same name in the module's codec.go.
func checkProtoMsgs(r *Repo) []Finding {
	c := &collector{repo: r}
	for _, p := range ourProtos(r) {
		module := path.Base(path.Dir(path.Dir(p.path)))
		for _, s := range p.services {
			if s.name != "Msg" {
				continue
			}
			for _, rpc := range s.rpcs {
				if m := messageNamed(p, rpc.request); m != nil {
					checkProtoMsg(c, p, module, m)
				} else {
					c.add(p.path, rpc.line, whySigner, "request %s of rpc %s is not in the same file", rpc.request, rpc.name)
				}
			}
		}
	}
	return c.findings
}

func messageNamed(p *protoFile, name string) *protoMessage {
	i := slices.IndexFunc(p.messages, func(m *protoMessage) bool { return m.name == name })
	if i < 0 {
		return nil
	}
	return p.messages[i]
}

func checkProtoMsg(c *collector, p *protoFile, module string, m *protoMessage) {
	signer := m.options["(cosmos.msg.v1.signer)"]
	_, exempt := unsigned[p.pkg+"."+m.name]
	if signer == "" && !exempt {
		c.add(p.path, m.line, whySigner, "message %s has no option (cosmos.msg.v1.signer)", m.name)
	}
	if signer != "" && !slices.ContainsFunc(m.fields, func(f protoField) bool { return f.name == signer }) {
		c.add(p.path, m.line, whySigner, "message %s names signer %q, which is none of its fields", m.name, signer)
	}
	amino := m.options["(amino.name)"]
	switch {
	case amino == "":
		c.add(p.path, m.line, whyAmino, "message %s has no option (amino.name)", m.name)
	case len(amino) > maxAminoName:
		c.add(p.path, m.line, whyAmino, "message %s: amino name %q has %d characters, expected at most %d", m.name, amino, len(amino), maxAminoName)
	case !strings.HasPrefix(amino, "aitbc/x/"+module+"/"):
		c.add(p.path, m.line, whyAmino, "message %s: amino name %q: expected it to start with aitbc/x/%s/", m.name, amino, module)
	case codecName(c.repo, module, m.name) != amino:
		c.add(p.path, m.line, whyAmino, "message %s: x/%s/types/codec.go registers it as %q, expected %q",
			m.name, module, codecName(c.repo, module, m.name), amino)
	}
}

// codecName returns the amino name that the module's codec.go gives a message, or
// "" if none.
func codecName(r *Repo, module, message string) string {
	name := ""
	for _, f := range r.files {
		if f.path != path.Join("x", module, "types/codec.go") {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 3 {
				return true
			}
			if _, fn, _ := selector(call.Fun); fn == "RegisterAminoMsg" && literalType(call.Args[1]) == message {
				name, _ = strconv.Unquote(literal(call.Args[2], token.STRING))
			}
			return true
		})
	}
	return name
}

// literalType returns T of an expression &T{}.
func literalType(expr ast.Expr) string {
	unary, ok := expr.(*ast.UnaryExpr)
	if !ok {
		return ""
	}
	lit, ok := unary.X.(*ast.CompositeLit)
	if !ok {
		return ""
	}
	if id, ok := lit.Type.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

var httpPath = regexp.MustCompile(`"?(/[^"]*)"?`)

// checkProtoServices guards the services of modules.
func checkProtoServices(r *Repo) []Finding {
	c := &collector{repo: r}
	for _, p := range ourProtos(r) {
		prefix := "/" + strings.TrimPrefix(path.Dir(p.path), "proto/") + "/"
		for _, s := range p.services {
			msg := s.name == "Msg"
			if msg && s.options["(cosmos.msg.v1.service)"] != "true" {
				c.add(p.path, s.line, whyService, "service Msg has no option (cosmos.msg.v1.service) = true")
			}
			for _, rpc := range s.rpcs {
				checkRoute(c, p, rpc, msg, prefix)
			}
		}
	}
	return c.findings
}

func checkRoute(c *collector, p *protoFile, rpc protoRPC, msg bool, prefix string) {
	paths := []string{}
	for name, value := range rpc.options {
		if strings.HasPrefix(name, "(google.api.http)") {
			for _, m := range httpPath.FindAllStringSubmatch(value, -1) {
				paths = append(paths, m[1])
			}
		}
	}
	slices.Sort(paths)
	if msg {
		if len(paths) > 0 {
			c.add(p.path, rpc.line, whyNoHTTP, "rpc %s has a REST route", rpc.name)
		}
		return
	}
	if len(paths) == 0 {
		c.add(p.path, rpc.line, whyREST, "query %s has no REST route", rpc.name)
	}
	for _, route := range paths {
		if !strings.HasPrefix(route, prefix) {
			c.add(p.path, rpc.line, whyREST, "query %s: expected a path under %s, got %s", rpc.name, prefix, route)
		}
	}
}
