package agent

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

const (
	// tableFormat is the version of the file. A program refuses one that it does not
	// know.
	tableFormat = "1"
	// lockTimeout is how long another process may still hold the file.
	lockTimeout = 2 * time.Second
	tableMode   = 0o600
	// heightEvery is how many heights may pass before one is stored: one more or less
	// is only read again.
	heightEvery = 64
)

var (
	metaBucket = []byte("meta")
	jobsBucket = []byte("jobs")

	formatKey = []byte("format")
	chainKey  = []byte("chain_id")
	agentKey  = []byte("agent_id")
	heightKey = []byte("height")
)

// table is the worker's memory: the jobs, and the height up to which the chain has been
// read. It is written to one file before a call returns. It is safe for use by several
// goroutines.
type table struct {
	db *bolt.DB

	mu   sync.Mutex
	jobs map[jobKey]job
	// height is what has been read, stored what the file says.
	height, stored int64
}

// storedJob is a job in the file.
type storedJob struct {
	Record []byte `json:"record"` // jobmarkettypes.JobRecord, encoded
	Work   []work `json:"work"`
}

// openTable opens the file, or makes it. It fails if the file is another agent's.
func openTable(path, chainID string, agentID uint64) (*table, error) {
	db, err := bolt.Open(path, tableMode, &bolt.Options{Timeout: lockTimeout})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("%s: expected a file for this worker alone, but another process uses it", path)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	t := &table{db: db, jobs: map[jobKey]job{}}
	if err := t.load(chainID, strconv.FormatUint(agentID, 10)); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), db.Close())
	}
	return t, nil
}

// load checks whose file it is and reads all of it.
func (t *table) load(chainID, agentID string) error {
	return t.db.Update(func(tx *bolt.Tx) error {
		meta, err := tx.CreateBucketIfNotExists(metaBucket)
		if err != nil {
			return err
		}
		for _, is := range []struct {
			key         []byte
			name, value string
		}{{formatKey, "format", tableFormat}, {chainKey, "chain", chainID}, {agentKey, "agent", agentID}} {
			switch have := string(meta.Get(is.key)); have {
			case is.value:
			case "":
				if err := meta.Put(is.key, []byte(is.value)); err != nil {
					return err
				}
			default:
				return fmt.Errorf("expected the file of %s %s, got that of %s", is.name, is.value, have)
			}
		}
		if raw := meta.Get(heightKey); len(raw) == 8 {
			t.height = int64(binary.BigEndian.Uint64(raw))
			t.stored = t.height
		}
		jobs, err := tx.CreateBucketIfNotExists(jobsBucket)
		if err != nil {
			return err
		}
		return jobs.ForEach(func(k, v []byte) error {
			j, err := decodeJob(v)
			if err != nil {
				return fmt.Errorf("job %q: %w", k, err)
			}
			t.jobs[j.key()] = j
			return nil
		})
	})
}

func decodeJob(raw []byte) (job, error) {
	var stored storedJob
	if err := json.Unmarshal(raw, &stored); err != nil {
		return job{}, err
	}
	j := job{Work: stored.Work}
	if err := j.Record.Unmarshal(stored.Record); err != nil {
		return job{}, err
	}
	if !wellFormed(j.Record) || len(j.Work) != len(j.Record.Job.Milestones) {
		return job{}, errors.New("expected a job with its milestones")
	}
	return j, nil
}

// bytes is the key in the file.
func (k jobKey) bytes() []byte {
	return binary.BigEndian.AppendUint64([]byte(k.client+"/"), k.sequence)
}

// put writes a job to the file and then to memory. The caller holds the lock.
func (t *table) put(j job) error {
	record, err := j.Record.Marshal()
	if err != nil {
		return err
	}
	raw, err := json.Marshal(storedJob{Record: record, Work: j.Work})
	if err != nil {
		return err
	}
	err = t.db.Update(func(tx *bolt.Tx) error {
		return tx.Bucket(jobsBucket).Put(j.key().bytes(), raw)
	})
	if err != nil {
		return fmt.Errorf("store a job: %w", err)
	}
	t.jobs[j.key()] = j
	return nil
}

// get returns a job, and whether it is known.
func (t *table) get(key jobKey) (job, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	j, ok := t.jobs[key]
	return j, ok
}

// all returns all jobs, those first whose live state times out first.
func (t *table) all() []job {
	t.mu.Lock()
	jobs := slices.Collect(maps.Values(t.jobs))
	t.mu.Unlock()
	slices.SortFunc(jobs, func(a, b job) int {
		return cmp.Or(
			cmp.Compare(a.Record.Progress.Deadline, b.Record.Progress.Deadline),
			cmp.Compare(a.Record.Job.Client, b.Record.Job.Client),
			cmp.Compare(a.Record.Job.Sequence, b.Record.Job.Sequence),
		)
	})
	return jobs
}

// change is a job before, nil if it was not known, and after.
type change struct {
	before *job
	after  job
}

// merge enters what the chain shows of a job.
func (t *table) merge(record jobmarkettypes.JobRecord) (change, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var old *job
	if known, ok := t.jobs[keyOf(record)]; ok {
		old = &known
	}
	merged, newer := merge(old, record)
	if !newer || old != nil && merged.equal(*old) {
		return change{before: old, after: *old}, nil
	}
	return change{before: old, after: merged}, t.put(merged)
}

// advance moves the work on a milestone along an edge. It reports whether the edge was
// there.
func (t *table) advance(key jobKey, milestone uint32, edge func(work) (work, bool)) (bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	j, ok := t.jobs[key]
	if !ok || !j.has(milestone) {
		return false, nil
	}
	next, moved := edge(j.work(milestone))
	if !moved {
		return false, nil
	}
	return true, t.put(j.with(milestone, next))
}

// remove forgets a job.
func (t *table) remove(key jobKey) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	err := t.db.Update(func(tx *bolt.Tx) error { return tx.Bucket(jobsBucket).Delete(key.bytes()) })
	if err != nil {
		return fmt.Errorf("forget a job: %w", err)
	}
	delete(t.jobs, key)
	return nil
}

// readTo returns the height up to which the chain has been read; 0 at first.
func (t *table) readTo() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.height
}

// setHeight notes that the chain has been read up to a height. It writes to the file
// only now and then unless it must.
func (t *table) setHeight(height int64, must bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.height = height
	if !must && height-t.stored < heightEvery {
		return nil
	}
	return t.writeHeight()
}

// flush writes what is not in the file yet.
func (t *table) flush() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.height == t.stored {
		return nil
	}
	return t.writeHeight()
}

func (t *table) writeHeight() error {
	err := t.db.Update(func(tx *bolt.Tx) error {
		return tx.Bucket(metaBucket).Put(heightKey, binary.BigEndian.AppendUint64(nil, uint64(t.height)))
	})
	if err != nil {
		return fmt.Errorf("store the height: %w", err)
	}
	t.stored = t.height
	return nil
}

// close releases the file.
func (t *table) close() error { return t.db.Close() }
