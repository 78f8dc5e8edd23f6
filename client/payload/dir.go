package payload

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/aitbc/aitbc/internal/durable"
)

// tempPattern is how unfinished files are named.
const tempPattern = ".put-*"

// Dir is a Store in a directory, one file each, named by the hash in hex. Files
// appear whole, and survive a power cut once Put has returned.
type Dir struct {
	path     string
	maxBytes int64
}

// OpenDir returns the store in a directory of its own, which it makes if it is
// missing. Payloads may have up to maxBytes; 0 means MaxBytes. It removes what an
// interrupted Put left behind, so one process at a time may use a directory.
func OpenDir(path string, maxBytes int64) (*Dir, error) {
	if maxBytes < 0 {
		return nil, fmt.Errorf("payload store: expected a positive limit, got %d bytes", maxBytes)
	}
	if maxBytes == 0 {
		maxBytes = MaxBytes
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("payload store: %w", err)
	}
	stale, err := filepath.Glob(filepath.Join(path, tempPattern))
	if err != nil {
		return nil, fmt.Errorf("payload store: %w", err)
	}
	for _, name := range stale {
		if err := os.Remove(name); err != nil {
			return nil, fmt.Errorf("payload store: %w", err)
		}
	}
	return &Dir{path: path, maxBytes: maxBytes}, nil
}

func (d *Dir) file(ref Ref) string { return filepath.Join(d.path, ref.String()) }

// Put implements Store.
func (d *Dir) Put(ctx context.Context, r io.Reader) (Ref, error) {
	temp, err := os.CreateTemp(d.path, tempPattern)
	if err != nil {
		return Ref{}, fmt.Errorf("payload store: %w", err)
	}
	// After the renaming there is nothing left to remove.
	defer func() { _ = os.Remove(temp.Name()) }()
	ref, err := d.copy(ctx, temp, r)
	if err == nil {
		err = temp.Sync()
	}
	if err = errors.Join(err, temp.Close()); err != nil {
		return Ref{}, fmt.Errorf("payload store: %w", err)
	}
	if err := os.Rename(temp.Name(), d.file(ref)); err != nil {
		return Ref{}, fmt.Errorf("payload store: %w", err)
	}
	if err := durable.SyncDir(d.path); err != nil {
		return Ref{}, fmt.Errorf("payload store: %w", err)
	}
	return ref, nil
}

// copy writes the bytes and names them.
func (d *Dir) copy(ctx context.Context, w io.Writer, r io.Reader) (Ref, error) {
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(w, sum), io.LimitReader(contextReader{ctx, r}, d.maxBytes+1))
	switch {
	case err != nil:
		return Ref{}, err
	case size > d.maxBytes:
		return Ref{}, fmt.Errorf("%w: expected at most %d bytes", ErrTooLarge, d.maxBytes)
	}
	return sumRef(sum, size), nil
}

// Get implements Store. It reads the file once to check it, and leaves it to the
// caller to read it again.
func (d *Dir) Get(ctx context.Context, ref Ref) (io.ReadCloser, error) {
	file, err := os.Open(d.file(ref))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: sha256 %s", ErrNotFound, ref)
	}
	if err != nil {
		return nil, fmt.Errorf("payload store: %w", err)
	}
	if err := d.check(ctx, file, ref); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

func (d *Dir) check(ctx context.Context, file *os.File, ref Ref) error {
	_, err := io.Copy(io.Discard, Verify(contextReader{ctx, file}, ref))
	var mismatch *MismatchError
	if errors.As(err, &mismatch) {
		return fmt.Errorf("%w: %w", ErrCorrupt, mismatch)
	}
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("payload store: %w", err)
	}
	return nil
}

// Stat implements Store.
func (d *Dir) Stat(_ context.Context, hash [sha256.Size]byte) (Ref, error) {
	ref := Ref{SHA256: hash}
	info, err := os.Stat(d.file(ref))
	if errors.Is(err, fs.ErrNotExist) {
		return Ref{}, fmt.Errorf("%w: sha256 %s", ErrNotFound, ref)
	}
	if err != nil {
		return Ref{}, fmt.Errorf("payload store: %w", err)
	}
	ref.Size = info.Size()
	return ref, nil
}

// Delete removes a payload. It is no error if there is none.
func (d *Dir) Delete(_ context.Context, hash [sha256.Size]byte) error {
	err := os.Remove(d.file(Ref{SHA256: hash}))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("payload store: %w", err)
	}
	return nil
}

func sumRef(sum hash.Hash, size int64) Ref {
	return Ref{SHA256: [sha256.Size]byte(sum.Sum(nil)), Size: size}
}
