package blocks

import (
	"context"
	"math"
	"runtime"

	"github.com/prometheus/prometheus/model/value"
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
	// appender adds to the last chunk, which has room for left more.
	appender chunkenc.Appender
	left     int
	err      error
	done     chan struct{}
}

// encode makes the chunks of a series. Where it ends, it has a marker, as a scrape
// leaves one that finds a series gone: without it, Prometheus would show the last
// value for some minutes more.
func (e *encoding) encode(s *series, within Range, fill int64) {
	e.series, e.chunks, e.samples, e.left, e.err = s, e.chunks[:0], 0, 0, nil
	for i, span := range s.spans {
		t := span.first(within, fill)
		for until := min(span.Until, within.Until); t < until; t += fill {
			e.add(t, span.Value)
		}
		goesOn := i+1 < len(s.spans) && s.spans[i+1].From == span.Until
		if !goesOn && within.has(span.Until) {
			e.add(span.Until, stale)
		}
	}
}

// stale is the value that marks a series' end.
var stale = math.Float64frombits(value.StaleNaN)

// add adds a sample, which comes after those there are.
func (e *encoding) add(t int64, v float64) {
	if e.left == 0 {
		if e.appender = e.open(t); e.appender == nil {
			return
		}
		e.left = chunkSamples
	}
	e.appender.Append(0, t, v)
	e.chunks[len(e.chunks)-1].MaxTime = t
	e.left--
	e.samples++
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
