package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/term"

	"github.com/aitbc/aitbc/client/hire"
	"github.com/aitbc/aitbc/internal/durable"
)

// extensions are of the media types that have one.
var extensions = []struct{ ext, mediaType string }{
	{".md", "text/markdown"},
	{".markdown", "text/markdown"},
	{".txt", "text/plain"},
	{".html", "text/html"},
	{".htm", "text/html"},
	{".csv", "text/csv"},
	{".json", "application/json"},
	{".xml", "application/xml"},
	{".yaml", "application/yaml"},
	{".yml", "application/yaml"},
	{".pdf", "application/pdf"},
	{".zip", "application/zip"},
	{".png", "image/png"},
	{".jpg", "image/jpeg"},
	{".jpeg", "image/jpeg"},
	{".wav", "audio/wav"},
	{".mp3", "audio/mpeg"},
}

// mediaTypeOf tells what a file is by its name, or else by its first bytes. It is the
// same on every machine.
func mediaTypeOf(name string, data []byte) string {
	for _, e := range extensions {
		if strings.EqualFold(filepath.Ext(name), e.ext) {
			return e.mediaType
		}
	}
	sniffed, _, _ := strings.Cut(http.DetectContentType(data), ";")
	return sniffed
}

func extensionOf(mediaType string) string {
	bare, _, _ := strings.Cut(mediaType, ";")
	for _, e := range extensions {
		if e.mediaType == strings.TrimSpace(bare) {
			return e.ext
		}
	}
	return ".bin"
}

// deliver writes a result to its place. It replaces nothing unless it was told to.
func (d *desk) deliver(_ context.Context, r hire.Delivery) (string, error) {
	if d.flags.out != "" {
		return writeResult(d.flags.out, r.Plain, d.flags.force)
	}
	name := strings.TrimSuffix(r.InputName, filepath.Ext(r.InputName))
	if name == "" {
		name = "job" + fmt.Sprint(r.Job.Sequence)
	}
	for n := 1; ; n++ {
		number := ""
		if n > 1 {
			number = fmt.Sprintf("-%d", n)
		}
		place, err := writeResult(name+".result"+number+extensionOf(r.MediaType), r.Plain, false)
		if !errors.Is(err, fs.ErrExist) {
			return place, err
		}
	}
}

// writeResult writes a file that appears whole or not at all. A file with the same
// content is left alone: it was written by a run that was killed right after.
func writeResult(path string, data []byte, replace bool) (string, error) {
	place, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("--%s: %w", flagOut, err)
	}
	if there, err := os.ReadFile(place); err == nil && bytes.Equal(there, data) {
		return place, nil
	}
	write := durable.Create
	if replace {
		write = durable.Replace
	}
	if err := write(place, data); err != nil {
		return "", fmt.Errorf("--%s: write %s: %w", flagOut, place, err)
	}
	return place, nil
}

// isTerminal reports whether somebody sits at the other end.
func isTerminal(r io.Reader) bool {
	file, ok := r.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
