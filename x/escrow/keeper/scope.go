package keeper

import "github.com/aitbc/aitbc/x/escrow/types"

// ScopedKeeper is escrow as one module sees it: its own locks, and no others. A lock
// is named by a reference of 1 to 64 bytes. All amounts are positive and in uait.
//
// A verb that returns an error has changed nothing in the books, but bank may have
// written: callers outside of a transaction run verbs in a cached context.
// ErrLockNotFound means that the lock never was, is used up, or belongs to another
// module.
type ScopedKeeper struct {
	keeper *Keeper
	owner  string
}

// Scoped returns the locks of a module. It panics if the name is not that of a
// module, or was handed out before: two modules that share a name could take each
// other's money.
func (k *Keeper) Scoped(owner string) *ScopedKeeper {
	if !types.ValidOwner(owner) {
		panic("escrow: a module's name has 1 to 32 lower-case letters, digits and underscores: " + owner)
	}
	if k.scopes[owner] {
		panic("escrow: the locks of a module are handed out once: " + owner)
	}
	k.scopes[owner] = true
	return &ScopedKeeper{keeper: k, owner: owner}
}
