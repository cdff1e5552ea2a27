package replica

import (
	"cmp"
	"slices"
	"sync"
)

// Given is a part that a replica gives, before it is encoded.
type Given struct {
	Name string
	// Version is compared: while it is the same, so is the part, and Encode is not called
	// again. It is a pointer to what never changes, or a number.
	Version any
	Encode  func() ([]byte, error)
}

// shelf keeps the parts that a replica gives, encoded.
type shelf struct {
	mu    sync.Mutex
	parts map[string]*kept
}

// kept is a part with that name, and the one of before, which somebody may be about to ask
// for.
type kept struct {
	version        any
	sum, formerSum string
	data, former   []byte
}

// put brings the shelf up to date, and returns what is on it in order of name. What cannot
// be encoded stays as it was.
func (s *shelf) put(given []Given) (all []Part, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := make(map[string]*kept, len(given))
	for _, g := range given {
		k := s.parts[g.Name]
		if k == nil || k.version != g.Version {
			data, failed := g.Encode()
			if failed != nil {
				err = cmp.Or(err, failed)
			} else {
				k = k.next(g.Version, data)
			}
		}
		if k != nil {
			next[g.Name] = k
			all = append(all, Part{g.Name, k.sum})
		}
	}
	s.parts = next
	slices.SortFunc(all, func(a, b Part) int { return cmp.Compare(a.Name, b.Name) })
	return all, err
}

func (k *kept) next(version any, data []byte) *kept {
	next := &kept{version: version, data: data, sum: sum(data)}
	switch {
	case k == nil:
	case k.sum == next.sum:
		next.data, next.former, next.formerSum = k.data, k.former, k.formerSum
	default:
		next.former, next.formerSum = k.data, k.sum
	}
	return next
}

// get is the part with that sum, which may be empty; ok is false if there is none.
func (s *shelf) get(sum string) (data []byte, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sum == "" {
		return nil, false
	}
	for _, k := range s.parts {
		switch sum {
		case k.sum:
			return k.data, true
		case k.formerSum:
			return k.former, true
		}
	}
	return nil, false
}
