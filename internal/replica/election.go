package replica

import (
	"slices"
	"time"
)

// view is what a replica knows when it decides what it is.
type view struct {
	id  string
	led time.Time
	// lock is what is known of the lock, and since is when it was last had.
	lock lockState
	// peers are the others that are reached, met is whether each was asked once, and all
	// whether all are reached.
	peers    []State
	met, all bool
	// fit is State.fit.
	fit bool
}

// lockState is what is known of the lock.
type lockState int

const (
	// unasked is a lock that has not been asked for yet.
	unasked lockState = iota
	// held is a lock that this replica has.
	held
	// elsewhere is a lock that another has.
	elsewhere
	// strange is a lock that another has for longer than a lease, and that no replica that is
	// reached says it has.
	strange
	// unknown is a lock whose server is not reached.
	unknown
)

// decide is what the replica is. The one with the lock leads. Without its server nothing is
// known of it: then whoever led last stands in, and each where no other is reached, since an
// event that is told twice is better than one that nobody is told of.
func (v view) decide() Role {
	switch v.lock {
	case held:
		// Two with one lock have asked two servers. One of them gives way.
		for _, p := range v.peers {
			if p.Role == Leads && p.ID < v.id {
				return Follows
			}
		}
		return Leads
	case strange:
		if !v.all {
			return Follows // it may be the one's that is not reached
		}
		return v.decideWithoutLock()
	case unknown:
		return v.decideWithoutLock()
	case unasked, elsewhere:
	}
	return Follows
}

// decideWithoutLock is what the replica is where the lock says nothing.
func (v view) decideWithoutLock() Role {
	if !v.met {
		return Follows
	}
	for _, p := range v.peers {
		if p.Role == Leads || v.after(p) {
			return Follows
		}
	}
	return StandsIn
}

// yields reports whether another should lead: this replica would tell nobody of what is
// wrong, and another would.
func (v view) yields() bool {
	return v.lock == held && !v.fit && slices.ContainsFunc(v.peers, State.fit)
}

// after reports whether the peer comes before this replica where nobody has the lock: the
// one that led last, and of those that never did the one with the lesser id.
func (v view) after(p State) bool {
	if !p.Led.Equal(v.led) {
		return p.Led.After(v.led)
	}
	return p.ID < v.id
}

// split reports whether another leads by the same lock.
func (v view) split() bool {
	if v.lock != held {
		return false
	}
	for _, p := range v.peers {
		if p.Role == Leads {
			return true
		}
	}
	return false
}
