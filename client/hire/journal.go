package hire

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aitbc/aitbc/client/seal"
	"github.com/aitbc/aitbc/internal/durable"
)

const (
	orderFile  = "order.json"
	keyFile    = "key.pem"
	inputFile  = "input.sealed"
	stateFile  = "state.json"
	resultFile = "result.sealed"

	// stagePrefix marks a hire that is being written. One that stays is of a program
	// that was killed before anything happened.
	stagePrefix = ".new-"

	privateDir = 0o700
)

// ErrNoHire is for a hire that the journal does not have.
var ErrNoHire = errors.New("no such hire in the journal")

// Journal is a directory of hires. Several programs may use it at a time.
type Journal struct{ dir string }

// OpenJournal returns the journal of a directory, which is made with the first hire.
func OpenJournal(dir string) *Journal { return &Journal{dir: dir} }

// Dir is the journal's directory.
func (j *Journal) Dir() string { return j.dir }

// Entry is a hire in the journal.
type Entry struct {
	Ref       string    `json:"ref"`
	CreatedAt time.Time `json:"created_at"`
	ChainID   string    `json:"chain_id"`
	Client    string    `json:"client"`
	// Sequence is the job's number; 0 if it is not known to be posted.
	Sequence  uint64 `json:"sequence"`
	Skill     string `json:"skill"`
	InputName string `json:"input_name"`
	AgentID   uint64 `json:"agent_id"`
	// Place is where the opened result is.
	Place string `json:"place"`
	// Ended is how the job ended, in words; empty while it is not known to have ended.
	Ended string `json:"ended"`
}

// refPattern is what newRef makes, and what can't lead out of the journal.
var refPattern = regexp.MustCompile(`^[a-z0-9]{26}$`)

// Entries returns all hires, the newest first. Those that can't be read are left out.
func (j *Journal) Entries() ([]Entry, error) {
	dirs, err := os.ReadDir(j.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	var entries []Entry
	for _, d := range dirs {
		if !refPattern.MatchString(d.Name()) {
			continue
		}
		if f, err := j.open(d.Name()); err == nil {
			entries = append(entries, f.entry())
		}
	}
	slices.SortFunc(entries, func(a, b Entry) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), strings.Compare(a.Ref, b.Ref))
	})
	return entries, nil
}

// Find returns the newest hire for which pick holds, or ErrNoHire.
func (j *Journal) Find(pick func(Entry) bool) (Entry, error) {
	entries, err := j.Entries()
	if err != nil {
		return Entry{}, err
	}
	at := slices.IndexFunc(entries, pick)
	if at < 0 {
		return Entry{}, ErrNoHire
	}
	return entries[at], nil
}

// files are those of one hire.
type files struct {
	dir   string
	order record
	state state
}

func (f *files) entry() Entry {
	return Entry{
		Ref: f.order.ClientRef, CreatedAt: f.order.CreatedAt, ChainID: f.order.ChainID, Client: f.order.Client,
		Sequence: f.state.Sequence, Skill: f.order.Skill, InputName: f.order.InputName, AgentID: f.order.AgentID,
		Place: f.state.Place, Ended: f.state.Ended,
	}
}

func (f *files) path(name string) string { return filepath.Join(f.dir, name) }

// add writes a hire: all of it or nothing.
func (j *Journal) add(r record, key seal.PrivateKey, input []byte) (*files, error) {
	if err := os.MkdirAll(j.dir, privateDir); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	stage := &files{dir: filepath.Join(j.dir, stagePrefix+r.ClientRef), order: r}
	if err := stage.fill(key, input); err != nil {
		return nil, errors.Join(fmt.Errorf("journal: %w", err), os.RemoveAll(stage.dir))
	}
	done := &files{dir: filepath.Join(j.dir, r.ClientRef), order: r}
	if err := os.Rename(stage.dir, done.dir); err != nil {
		return nil, errors.Join(fmt.Errorf("journal: %w", err), os.RemoveAll(stage.dir))
	}
	if err := durable.SyncDir(j.dir); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	return done, nil
}

func (f *files) fill(key seal.PrivateKey, input []byte) error {
	if err := os.Mkdir(f.dir, privateDir); err != nil {
		return err
	}
	if err := seal.SavePrivateKey(f.path(keyFile), key); err != nil {
		return err
	}
	if err := durable.Replace(f.path(inputFile), input); err != nil {
		return err
	}
	raw, err := json.MarshalIndent(f.order, "", "  ")
	if err != nil {
		return err
	}
	return durable.Replace(f.path(orderFile), append(raw, '\n'))
}

// open reads a hire, or returns ErrNoHire.
func (j *Journal) open(ref string) (*files, error) {
	if !refPattern.MatchString(ref) {
		return nil, fmt.Errorf("%w: %.40q is no name of one", ErrNoHire, ref)
	}
	f := &files{dir: filepath.Join(j.dir, ref)}
	raw, err := os.ReadFile(f.path(orderFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNoHire, ref)
	}
	if err == nil {
		err = json.Unmarshal(raw, &f.order)
	}
	if err == nil {
		err = f.order.validate()
	}
	if err != nil {
		return nil, fmt.Errorf("journal: %s: %w", f.path(orderFile), err)
	}
	raw, err = os.ReadFile(f.path(stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &f.state)
	}
	if err != nil {
		return nil, fmt.Errorf("journal: %s: %w", f.path(stateFile), err)
	}
	return f, nil
}

// note changes the state and stores it.
func (f *files) note(change func(*state)) error {
	change(&f.state)
	raw, err := json.MarshalIndent(f.state, "", "  ")
	if err == nil {
		err = durable.Replace(f.path(stateFile), append(raw, '\n'))
	}
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}

// noteTx keeps a transaction.
func (f *files) noteTx(step Step, tx Tx) error {
	return f.note(func(s *state) {
		if s.Txs == nil {
			s.Txs = map[Step]Tx{}
		}
		s.Txs[step] = tx
	})
}
