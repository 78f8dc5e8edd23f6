package archtest

import (
	"fmt"
	"strings"
	"text/scanner"
)

// protoFile is what the rules need to know of a .proto file.
type protoFile struct {
	path     string
	pkg      string
	options  map[string]string
	messages []*protoMessage // nested ones too
	enums    []*protoEnum
	services []*protoService
}

type protoMessage struct {
	name      string
	line      int
	commented bool
	options   map[string]string
	fields    []protoField
}

type protoField struct {
	name      string
	typ       string
	line      int
	commented bool
}

type protoEnum struct {
	name      string
	line      int
	commented bool
	values    []protoField // typ is the number
}

type protoService struct {
	name      string
	line      int
	commented bool
	options   map[string]string
	rpcs      []protoRPC
}

type protoRPC struct {
	name      string
	request   string
	line      int
	commented bool
	options   map[string]string
}

// protoToken is a token that is not a comment.
type protoToken struct {
	text      string
	line      int
	commented bool // a comment ends on the line above
}

// protoParser reads the subset of proto3 that our files use. buf checks syntax;
// what is not understood here is an error, never silently skipped.
type protoParser struct {
	path   string
	tokens []protoToken
	next   int
}

func parseProto(path, src string) (*protoFile, error) {
	p := &protoParser{path: path, tokens: tokenize(src)}
	return p.file()
}

func tokenize(src string) []protoToken {
	var s scanner.Scanner
	s.Init(strings.NewReader(src))
	s.Mode = scanner.ScanIdents | scanner.ScanInts | scanner.ScanFloats | scanner.ScanStrings | scanner.ScanComments
	s.Error = func(*scanner.Scanner, string) {} // buf reports malformed literals
	var tokens []protoToken
	commentEnd, lastLine := -1, 0
	for t := s.Scan(); t != scanner.EOF; t = s.Scan() {
		if t == scanner.Comment {
			// A comment behind code on its line is not the next declaration's.
			if s.Line != lastLine {
				commentEnd = s.Line + strings.Count(strings.TrimRight(s.TokenText(), "\n"), "\n")
			}
			continue
		}
		tokens = append(tokens, protoToken{text: s.TokenText(), line: s.Line, commented: commentEnd == s.Line-1})
		lastLine = s.Line
	}
	return tokens
}

func (p *protoParser) peek() protoToken {
	if p.next >= len(p.tokens) {
		return protoToken{}
	}
	return p.tokens[p.next]
}

func (p *protoParser) take() protoToken {
	t := p.peek()
	p.next++
	return t
}

func (p *protoParser) expect(text string) error {
	if t := p.take(); t.text != text {
		return fmt.Errorf("%s:%d: expected %q, got %q", p.path, t.line, text, t.text)
	}
	return nil
}

// until returns the text up to one of the given tokens, which it takes too.
// Brackets inside are kept together.
func (p *protoParser) until(ends string) (string, string) {
	var text strings.Builder
	depth := 0
	for p.next < len(p.tokens) {
		t := p.take()
		if depth == 0 && strings.Contains(ends, t.text) {
			return text.String(), t.text
		}
		switch t.text {
		case "(", "[", "{":
			depth++
		case ")", "]", "}":
			depth--
		}
		text.WriteString(t.text)
	}
	return text.String(), ""
}

// option reads `option name = value;` after its keyword.
func (p *protoParser) option(into map[string]string) {
	name, _ := p.until("=")
	value, _ := p.until(";")
	into[name] = strings.Trim(value, `"`)
}

func (p *protoParser) file() (*protoFile, error) {
	f := &protoFile{path: p.path, options: map[string]string{}}
	for p.next < len(p.tokens) {
		start := p.take()
		var err error
		switch start.text {
		case "syntax", "import":
			p.until(";")
		case "package":
			f.pkg, _ = p.until(";")
		case "option":
			p.option(f.options)
		case "message":
			err = p.message(f, start)
		case "enum":
			err = p.enum(f, start)
		case "service":
			err = p.service(f, start)
		case ";":
		default:
			err = fmt.Errorf("%s:%d: unexpected %q", p.path, start.line, start.text)
		}
		if err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (p *protoParser) message(f *protoFile, start protoToken) error {
	m := &protoMessage{name: p.take().text, line: start.line, commented: start.commented, options: map[string]string{}}
	f.messages = append(f.messages, m)
	if err := p.expect("{"); err != nil {
		return err
	}
	return p.fields(f, m)
}

// fields reads up to and with the closing brace.
func (p *protoParser) fields(f *protoFile, m *protoMessage) error {
	for {
		start := p.take()
		var err error
		switch start.text {
		case "}":
			return nil
		case "":
			return fmt.Errorf("%s: message %s has no end", p.path, m.name)
		case "option":
			p.option(m.options)
		case "message":
			err = p.message(f, start)
		case "enum":
			err = p.enum(f, start)
		case "reserved", "extensions":
			p.until(";")
		case "oneof":
			p.take()
			if err = p.expect("{"); err == nil {
				err = p.fields(f, m)
			}
		case ";":
		default:
			p.field(m, start)
		}
		if err != nil {
			return err
		}
	}
}

// field reads `[repeated|optional] type name = number [options];`.
func (p *protoParser) field(m *protoMessage, start protoToken) {
	p.next--
	words := []string{}
	for t := p.take(); t.text != "=" && t.text != ""; t = p.take() {
		words = append(words, t.text)
	}
	p.until(";")
	m.fields = append(m.fields, protoField{
		name:      words[len(words)-1],
		typ:       strings.Join(words[:len(words)-1], " "),
		line:      start.line,
		commented: start.commented,
	})
}

func (p *protoParser) enum(f *protoFile, start protoToken) error {
	e := &protoEnum{name: p.take().text, line: start.line, commented: start.commented}
	f.enums = append(f.enums, e)
	if err := p.expect("{"); err != nil {
		return err
	}
	for {
		t := p.take()
		switch t.text {
		case "}":
			return nil
		case "":
			return fmt.Errorf("%s: enum %s has no end", p.path, e.name)
		case "option", "reserved":
			p.until(";")
		case ";":
		default:
			if err := p.expect("="); err != nil {
				return err
			}
			number, end := p.until("[;")
			if end == "[" {
				p.until("]")
				p.until(";")
			}
			e.values = append(e.values, protoField{name: t.text, typ: number, line: t.line, commented: t.commented})
		}
	}
}

func (p *protoParser) service(f *protoFile, start protoToken) error {
	s := &protoService{name: p.take().text, line: start.line, commented: start.commented, options: map[string]string{}}
	f.services = append(f.services, s)
	if err := p.expect("{"); err != nil {
		return err
	}
	for {
		t := p.take()
		switch t.text {
		case "}":
			return nil
		case "option":
			p.option(s.options)
		case "rpc":
			if err := p.rpc(s, t); err != nil {
				return err
			}
		case ";":
		default:
			return fmt.Errorf("%s:%d: unexpected %q in service %s", p.path, t.line, t.text, s.name)
		}
	}
}

func (p *protoParser) rpc(s *protoService, start protoToken) error {
	r := protoRPC{name: p.take().text, line: start.line, commented: start.commented, options: map[string]string{}}
	if err := p.expect("("); err != nil {
		return err
	}
	r.request, _ = p.until(")")
	if err := p.expect("returns"); err != nil {
		return err
	}
	_, end := p.until(";{")
	for end == "{" {
		t := p.take()
		switch t.text {
		case "}":
			end = ""
		case "option":
			p.option(r.options)
		case ";":
		default:
			return fmt.Errorf("%s:%d: unexpected %q in rpc %s", p.path, t.line, t.text, r.name)
		}
	}
	s.rpcs = append(s.rpcs, r)
	return nil
}
