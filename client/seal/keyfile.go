package seal

import (
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"github.com/aitbc/aitbc/internal/durable"
)

const (
	// pemType is the first line of key files.
	pemType = "AITBC PAYLOAD PRIVATE KEY"
	// pemSuite is the header that names the suite.
	pemSuite = "Suite"
	// maxKeyFile bounds what is read, in bytes; key files have about 150.
	maxKeyFile = 4096
	// othersMask are the permissions that nobody but the owner may have.
	othersMask fs.FileMode = 0o077
)

// SavePrivateKey writes the key to a new file that only its owner can read. The file
// appears whole or not at all, and one that exists is never replaced: what was sealed
// to a lost key is lost.
func SavePrivateKey(path string, key PrivateKey) error {
	if key.key == nil {
		return errNoKey
	}
	secret, err := key.key.Bytes()
	if err != nil {
		return fmt.Errorf("key file %s: %w", path, err)
	}
	block := &pem.Block{Type: pemType, Headers: map[string]string{pemSuite: key.suite.String()}, Bytes: secret}
	err = durable.Create(path, pem.EncodeToMemory(block))
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("key file %s: expected a new file, but it exists", path)
	}
	if err != nil {
		return fmt.Errorf("key file %s: %w", path, err)
	}
	return nil
}

// LoadPrivateKey reads a key that SavePrivateKey wrote. It refuses a file that others
// than its owner may read or write. Windows has no such permissions; there, the
// folder has to protect the file.
func LoadPrivateKey(path string) (PrivateKey, error) {
	file, err := os.Open(path)
	if err != nil {
		return PrivateKey{}, fmt.Errorf("key file: %w", err)
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	switch {
	case err != nil:
		return PrivateKey{}, fmt.Errorf("key file: %w", err)
	case !info.Mode().IsRegular():
		return PrivateKey{}, fmt.Errorf("key file %s: expected a file, got %s", path, info.Mode().Type())
	case runtime.GOOS != "windows" && info.Mode().Perm()&othersMask != 0:
		return PrivateKey{}, fmt.Errorf("key file %s: expected permissions 0600, got %04o: others can use the key; run chmod 600 on it",
			path, info.Mode().Perm())
	}
	raw, err := io.ReadAll(io.LimitReader(file, maxKeyFile+1))
	if err != nil {
		return PrivateKey{}, fmt.Errorf("key file: %w", err)
	}
	key, err := parsePrivateKey(raw)
	if err != nil {
		return PrivateKey{}, fmt.Errorf("key file %s: %w", path, err)
	}
	return key, nil
}

func parsePrivateKey(raw []byte) (PrivateKey, error) {
	if len(raw) > maxKeyFile {
		return PrivateKey{}, fmt.Errorf("expected at most %d bytes, got more", maxKeyFile)
	}
	block, rest := pem.Decode(raw)
	if block == nil || block.Type != pemType || strings.TrimSpace(string(rest)) != "" {
		return PrivateKey{}, fmt.Errorf("expected one PEM block of type %q and nothing else", pemType)
	}
	suite, err := ParseSuite(block.Headers[pemSuite])
	if err != nil {
		return PrivateKey{}, err
	}
	kem, err := suite.kem()
	if err != nil {
		return PrivateKey{}, err
	}
	key, err := kem.NewPrivateKey(block.Bytes)
	if err != nil {
		return PrivateKey{}, fmt.Errorf("expected a key of %s, got %d bytes that are none", suite, len(block.Bytes))
	}
	return PrivateKey{suite: suite, key: key}, nil
}
