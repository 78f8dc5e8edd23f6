package card

import (
	"io"
	"io/fs"
	"os"
	"runtime"
)

// othersMask are the permissions that nobody but the owner of a key may have.
const othersMask fs.FileMode = 0o077

// LoadPrivateKey reads a key file as ParsePrivateKey does. It refuses a file that others
// than its owner may read or write. Windows has no such permissions; there, the folder
// has to protect the file.
func LoadPrivateKey(path string) (PrivateKey, error) {
	file, err := os.Open(path)
	if err != nil {
		return PrivateKey{}, keyError("key: %v", err)
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	switch {
	case err != nil:
		return PrivateKey{}, keyError("key: %v", err)
	case !info.Mode().IsRegular():
		return PrivateKey{}, keyError("key: %s: expected a file, got %s", path, info.Mode().Type())
	case runtime.GOOS != "windows" && info.Mode().Perm()&othersMask != 0:
		return PrivateKey{}, keyError("key: %s: expected permissions 0600, got %04o: others can use the key; run chmod 600 on it",
			path, info.Mode().Perm())
	}
	raw, err := io.ReadAll(io.LimitReader(file, maxKeyFileBytes+1))
	if err != nil {
		return PrivateKey{}, keyError("key: %v", err)
	}
	return ParsePrivateKey(raw)
}
