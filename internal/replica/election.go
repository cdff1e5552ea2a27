package replica

import "time"

// view is what a replica knows when it decides what it is.
type view struct {
	id  string
	led time.Time
	// lock is what is known of the lock, and since is when it was last had.
	lock lockState
	// peers are the others that are reached, and met is whether each was asked once.
	peers []State
	met   bool
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
	case unknown:
		if !v.met {
			return Follows
		}
		for _, p := range v.peers {
			if p.Role == Leads || v.after(p) {
				return Follows
			}
		}
		return StandsIn
	case unasked, elsewhere:
	}
	return Follows
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
