package blocks

import (
	"context"
	"runtime"

	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
)

// chunkSamples is how many samples a chunk holds, as in Prometheus.
const chunkSamples = 120

// encoding is a series as chunks. Its memory is used for one series after the
// other.
type encoding struct {
	series *series
	chunks []chunks.Meta
	// made are the chunks of all series so far; the first len(chunks) are in use.
	made    []*chunkenc.XORChunk
	samples int
	err     error
	done    chan struct{}
}

// encode makes the chunks of a series.
func (e *encoding) encode(s *series, within Range, fill int64) {
	e.series, e.chunks, e.samples, e.err = s, e.chunks[:0], 0, nil
	var appender chunkenc.Appender
	left := 0 // in the open chunk
	for _, span := range s.spans {
		t := span.first(within, fill)
		for until := min(span.Until, within.Until); t < until; t += fill {
			if left == 0 {
				if appender = e.open(t); appender == nil {
					return
				}
				left = chunkSamples
			}
			appender.Append(0, t, span.Value)
			e.chunks[len(e.chunks)-1].MaxTime = t
			left--
			e.samples++
		}
	}
}

// open begins the next chunk; it returns nil where that fails, which e.err says.
func (e *encoding) open(t int64) chunkenc.Appender {
	n := len(e.chunks)
	if n == len(e.made) {
		e.made = append(e.made, chunkenc.NewXORChunk())
	} else {
		stream := e.made[n].Bytes()[:2]
		stream[0], stream[1] = 0, 0 // the count of samples
		e.made[n].Reset(stream)
	}
	appender, err := e.made[n].Appender()
	if err != nil {
		e.err = err
		return nil
	}
	e.chunks = append(e.chunks, chunks.Meta{Chunk: e.made[n], MinTime: t, MaxTime: t})
	return appender
}

// encodeAll encodes series on all processors, and calls write with each in order.
// write must not keep what it is given.
func encodeAll(ctx context.Context, all []*series, within Range, fill int64, write func(*encoding) error) error {
	ctx, cancel := context.WithCancel(ctx)
	workers := runtime.GOMAXPROCS(0)
	free := make(chan *encoding, 4*workers)
	for range cap(free) {
		free <- &encoding{done: make(chan struct{}, 1)}
	}
	work, order := make(chan *encoding), make(chan *encoding, cap(free))
	ended := make(chan struct{}, workers+1)
	go func() {
		defer func() { close(work); close(order); ended <- struct{}{} }()
		for _, s := range all {
			select {
			case e := <-free:
				e.series = s
				order <- e // has room for all there are
				work <- e
			case <-ctx.Done():
				return
			}
		}
	}()
	for range workers {
		go func() {
			defer func() { ended <- struct{}{} }()
			for e := range work {
				e.encode(e.series, within, fill)
				e.done <- struct{}{}
			}
		}()
	}
	var err error
	for e := range order {
		<-e.done
		if err == nil {
			if err = e.err; err == nil {
				err = write(e)
			}
			if err != nil {
				cancel()
			}
		}
		free <- e
	}
	stopped := ctx.Err()
	cancel()
	for range workers + 1 {
		<-ended
	}
	if err == nil {
		err = stopped
	}
	return err
}
