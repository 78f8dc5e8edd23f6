package localnet

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

const (
	// followInterval is how often a followed log is read again.
	followInterval = 200 * time.Millisecond
	// tailBytes is how far back the last lines of a log are looked for.
	tailBytes = 1 << 20
	// copyMode is for files that hold nothing secret.
	copyMode = 0o600
)

// LogLine is a line of a node's log.
type LogLine struct {
	Node string `json:"node"`
	Line string `json:"line"`
}

// Logs emits the last lines of the logs of the given nodes, all if none is
// given; if follow is set, also all that come later, until ctx ends.
func (n *Network) Logs(ctx context.Context, lines int, follow bool, emit func(LogLine) error, indexes ...int) error {
	picked := n.pick(n.State(), indexes)
	readers := make([]*logReader, len(picked))
	for at, i := range picked {
		readers[at] = &logReader{name: nodeName(i), path: LogPath(n.NodeHome(i))}
		if err := readers[at].last(lines, emit); err != nil {
			return err
		}
	}
	if !follow {
		return nil
	}
	ticker := time.NewTicker(followInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		for _, r := range readers {
			if err := r.more(emit); err != nil {
				return err
			}
		}
	}
}

// logReader reads a log that grows. offset is after the last whole line read.
type logReader struct {
	name, path string
	offset     int64
}

// last emits the last lines and leaves the offset after them.
func (r *logReader) last(lines int, emit func(LogLine) error) error {
	whole, err := r.read(func(size int64) int64 { return max(0, size-tailBytes) })
	if err != nil {
		return err
	}
	return r.emit(whole[max(0, len(whole)-lines):], emit)
}

// more emits what was written since. A log that shrank is read from its start.
func (r *logReader) more(emit func(LogLine) error) error {
	fresh, err := r.read(func(size int64) int64 {
		if size < r.offset {
			return 0
		}
		return r.offset
	})
	if err != nil {
		return err
	}
	return r.emit(fresh, emit)
}

func (r *logReader) emit(lines []string, emit func(LogLine) error) error {
	for _, line := range lines {
		if err := emit(LogLine{Node: r.name, Line: line}); err != nil {
			return err
		}
	}
	return nil
}

// read returns the whole lines from a position on. A node that never ran has no
// log and no lines.
func (r *logReader) read(from func(size int64) int64) ([]string, error) {
	f, err := os.Open(r.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the log of %s: %w", r.name, err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	start := from(info.Size())
	raw, err := io.ReadAll(io.NewSectionReader(f, start, info.Size()-start))
	if err != nil {
		return nil, err
	}
	end := bytes.LastIndexByte(raw, '\n') + 1
	r.offset = start + int64(end)
	var lines []string
	scanner := bufio.NewScanner(bytes.NewReader(raw[:end]))
	scanner.Buffer(nil, tailBytes)
	for scanner.Scan() {
		lines = append(lines, scanner.Text())
	}
	return lines, scanner.Err()
}

// tail returns the last lines of a log as one text.
func tail(path string, lines int) string {
	var text bytes.Buffer
	r := logReader{path: path}
	err := r.last(lines, func(l LogLine) error {
		_, err := fmt.Fprintln(&text, l.Line)
		return err
	})
	if err != nil {
		return err.Error()
	}
	return string(bytes.TrimRight(text.Bytes(), "\n"))
}

func copyFile(from, to string) error {
	raw, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, raw, copyMode)
}
