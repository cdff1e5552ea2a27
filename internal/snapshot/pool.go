package snapshot

import "sync"

// pool keeps things of a kind that are large and are used again.
type pool[T any] struct {
	free sync.Pool
	make func() *T
}

func (p *pool[T]) get() *T {
	if v, ok := p.free.Get().(*T); ok {
		return v
	}
	return p.make()
}

func (p *pool[T]) put(v *T) { p.free.Put(v) }
