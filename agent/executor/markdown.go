package executor

import (
	"bytes"
	"context"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// newParser knows GitHub's dialect, to recognise what is not prose: tables and bare
// addresses among it.
func newParser() parser.Parser {
	return goldmark.New(goldmark.WithExtensions(
		extension.Table, extension.Strikethrough, extension.TaskList, extension.Linkify,
	)).Parser()
}

// readMarkdown keeps headings, paragraphs and items of lists. Code blocks, tables,
// HTML, pictures and addresses of links are no prose.
func readMarkdown(ctx context.Context, source string) (document, error) {
	d := document{}
	markdown := newParser()
	for _, portion := range portions(cutFrontMatter(source)) {
		if err := ctx.Err(); err != nil {
			return document{}, err
		}
		src := []byte(tame(portion))
		d.addBlocks(markdown.Parse(text.NewReader(src)), src)
	}
	return d, nil
}

// addBlocks keeps the prose of a parsed text.
func (d *document) addBlocks(root ast.Node, src []byte) {
	// The walk can't fail: the function below never returns an error.
	_ = ast.Walk(root, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch node.Kind() {
		case ast.KindHeading:
			d.addHeading(inlineText(node, src))
		case ast.KindParagraph, ast.KindTextBlock:
			_, item := node.Parent().(*ast.ListItem)
			d.add(inlineText(node, src), item)
		case ast.KindCodeBlock, ast.KindFencedCodeBlock, ast.KindHTMLBlock, extast.KindTable:
		default:
			return ast.WalkContinue, nil
		}
		return ast.WalkSkipChildren, nil
	})
}

// cutFrontMatter takes off the block of settings that many generators of sites put
// before the text.
func cutFrontMatter(source string) string {
	rest, ok := strings.CutPrefix(source, "---\n")
	if !ok {
		return source
	}
	if _, after, closed := strings.Cut(rest, "\n---\n"); closed {
		return after
	}
	return source
}

// inlineText returns the prose of a block. Code keeps one backtick on either side.
func inlineText(block ast.Node, src []byte) string {
	var out strings.Builder
	// The walk can't fail: the function below never returns an error.
	_ = ast.Walk(block, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := node.(type) {
		case *ast.Text:
			out.Write(plainText(n.Segment.Value(src)))
			if n.SoftLineBreak() || n.HardLineBreak() {
				out.WriteByte(' ')
			}
		case *ast.String:
			out.Write(plainText(n.Value))
		case *ast.CodeSpan:
			writeCode(&out, n, src)
			return ast.WalkSkipChildren, nil
		case *ast.RawHTML:
			out.WriteByte(' ')
			return ast.WalkSkipChildren, nil
		case *ast.Image, *ast.AutoLink, *extast.Strikethrough:
			return ast.WalkSkipChildren, nil
		}
		return ast.WalkContinue, nil
	})
	return out.String()
}

// plainText resolves escapes and entities. A backtick that encloses no code must not
// look as if it did.
func plainText(raw []byte) []byte {
	raw = util.UnescapePunctuations(util.ResolveEntityNames(util.ResolveNumericReferences(raw)))
	return bytes.ReplaceAll(raw, []byte("`"), []byte("'"))
}

// writeCode writes a code span as people write it.
func writeCode(out *strings.Builder, span *ast.CodeSpan, src []byte) {
	var code strings.Builder
	for child := span.FirstChild(); child != nil; child = child.NextSibling() {
		if t, ok := child.(*ast.Text); ok {
			code.Write(t.Segment.Value(src))
		}
	}
	if inner := strings.TrimSpace(strings.ReplaceAll(code.String(), "`", "'")); inner != "" {
		out.WriteString("`" + oneLine(inner) + "`")
	}
}
