package feed

import "sync"

// queue holds blocks that are not written yet. Adding never waits: when there are too
// many, all are forgotten, and the rows have to be made from the state again.
type queue struct {
	mu     sync.Mutex
	blocks []Block
	size   int
	most   int
	// latest is the newest committed height.
	latest int64
	// lost says that blocks were forgotten since the last drop.
	lost bool
	// wake has an element when something was added.
	wake chan struct{}
}

func newQueue(most int) *queue {
	return &queue{most: most, wake: make(chan struct{}, 1)}
}

func (q *queue) add(b Block) {
	q.mu.Lock()
	q.latest = b.Height
	q.blocks = append(q.blocks, b)
	if q.size += b.size(); q.size > q.most {
		q.blocks, q.size, q.lost = nil, 0, true
	}
	q.mu.Unlock()
	q.nudge()
}

// nudge lets whoever waits look again.
func (q *queue) nudge() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// start notes the newest committed height before any block comes.
func (q *queue) start(height int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.latest = max(q.latest, height)
}

// first returns the block to write next, if there is one, and whether blocks were lost.
func (q *queue) first() (Block, bool, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.blocks) == 0 {
		return Block{}, false, q.lost
	}
	return q.blocks[0], true, q.lost
}

// drop forgets the blocks up to a height, which are written. With start, what was lost
// before does not matter any more.
func (q *queue) drop(height int64, start bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.blocks) > 0 && q.blocks[0].Height <= height {
		q.size -= q.blocks[0].size()
		q.blocks = q.blocks[1:]
	}
	if start {
		q.lost = false
	}
}

// newest returns the newest committed height.
func (q *queue) newest() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.latest
}
