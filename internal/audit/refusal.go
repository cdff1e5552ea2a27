package audit

import (
	"maps"
	"net/netip"
	"slices"
	"time"
)

// Bounds on refusals, so that nobody can fill the disk with them.
const (
	// every is how often one address' refusals for one reason are written.
	every = time.Minute
	// maxPlaces is how many of these are told apart in that time. The others are
	// written as from elsewhere.
	maxPlaces = 30
	elsewhere = "elsewhere"
	// maxWithRefusals is the size of the file, in bytes, from which refusals are
	// in the process' log only.
	maxWithRefusals = 64 << 20
)

// place is where refusals come from, and why they are refused.
type place struct{ address, reason string }

// refusals are those of the last minute, by place.
type refusals map[place]*counted

type counted struct {
	written time.Time
	// more have come since.
	more int
	// last is the latest of these.
	last Entry
}

// Refuse keeps that somebody was refused; e.Outcome says why, in words that
// nobody but planwatch chooses. The first of an address and a reason is written
// at once, those that follow within a minute as a number.
func (l *Log) Refuse(e Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	l.flush(now, false)
	e.Time, e.Action, e.Count = now.UTC().Truncate(time.Second), Refused, 1
	at := place{network(e.Address), e.Outcome}
	if l.refusals[at] == nil && len(l.refusals) >= maxPlaces {
		at.address, e.Address = elsewhere, elsewhere
	}
	if known := l.refusals[at]; known != nil {
		known.more++
		known.last = e
		return
	}
	if l.refusals == nil {
		l.refusals = refusals{}
	}
	l.refusals[at] = &counted{written: now}
	l.writeRefusal(e)
}

// flush writes the numbers of those whose minute is over, or all.
func (l *Log) flush(now time.Time, all bool) {
	for _, at := range slices.SortedFunc(maps.Keys(l.refusals), func(a, b place) int { return l.refusals[a].written.Compare(l.refusals[b].written) }) {
		known := l.refusals[at]
		if age := now.Sub(known.written); !all && age >= 0 && age < every {
			continue
		}
		delete(l.refusals, at)
		if known.more > 0 {
			known.last.Count = known.more
			l.writeRefusal(known.last)
			if !all {
				l.refusals[at] = &counted{written: now}
			}
		}
	}
}

func (l *Log) writeRefusal(e Entry) {
	l.logger.Warn("refused: somebody without the right tried to write", "address", e.Address, "why", e.Outcome, "about", e.About.String(), "count", e.Count)
	if l.journal.Size() < maxWithRefusals {
		l.append(e)
	}
}

// network is an address as refusals are counted by it: of IPv6 what one host
// commonly has for itself.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil || ip.Unmap().Is4() {
		return address
	}
	prefix, err := ip.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}
