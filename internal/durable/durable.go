// Package durable writes small files that appear whole or not at all, and are still
// there after a power cut.
package durable

import (
	"errors"
	"os"
	"path/filepath"
)

// Replace writes a file that only its owner can read, in place of the one that may
// be there.
func Replace(path string, data []byte) error { return write(path, data, os.Rename) }

// Create writes a new file that only its owner can read. If there is one already, it
// is left alone and the error is fs.ErrExist.
func Create(path string, data []byte) error { return write(path, data, os.Link) }

// write writes under another name, which place then gives its own.
func write(path string, data []byte, place func(from, to string) error) error {
	dir := filepath.Dir(path)
	temp, err := os.CreateTemp(dir, ".part-*") // 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp.Name()) }() // after a renaming nothing is left
	_, err = temp.Write(data)
	if err == nil {
		err = temp.Sync()
	}
	if err = errors.Join(err, temp.Close()); err != nil {
		return err
	}
	if err := place(temp.Name(), path); err != nil {
		return err
	}
	return SyncDir(dir)
}

// SyncDir makes the names in a directory survive a power cut.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
