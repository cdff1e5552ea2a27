package blocks

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/oklog/ulid/v2"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/tsdb/fileutil"
	"github.com/prometheus/prometheus/tsdb/index"
	"github.com/prometheus/prometheus/tsdb/tombstones"
)

// Unfinished ends the name of a block or a file that is being written. Prometheus
// knows the ending too: it takes no such directory for a block, and removes it.
const Unfinished = ".tmp-for-creation"

// segmentSize is how large a file of chunks may grow. Each is allocated whole when
// it is begun, so a large one would take space that a disk may not have.
const segmentSize = 32 << 20

// Written is what was written of a range.
type Written struct {
	// Name is that of the block's directory or of the file; empty where there was
	// no sample to write.
	Name            string
	Series, Samples uint64
}

// BlockName is the name of the block of a range, a ULID: the same whenever the
// range and what is written, of, are the same.
func BlockName(r Range, of string) string { return blockID(r, of).String() }

// IsName reports whether a name is one that Prometheus takes for a block's.
func IsName(name string) bool {
	_, err := ulid.ParseStrict(name)
	return err == nil
}

func blockID(r Range, of string) ulid.ULID {
	var id ulid.ULID
	// A ULID begins with a time, which no one may take for later than the block's.
	if err := id.SetTime(uint64(max(r.Until, 0))); err != nil {
		panic(err) // a time after the year 10889
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %d %d", of, r.From, r.Until))
	if err := id.SetEntropy(sum[:10]); err != nil {
		panic(err)
	}
	return id
}

// WriteBlock writes the values as a block in a directory, in place of the one of
// that name. The block is there whole or not at all. of is what else distinguishes
// the block from others of its range.
func WriteBlock(ctx context.Context, directory, of string, v *Values) (Written, error) {
	id := blockID(v.within, of)
	final := filepath.Join(directory, id.String())
	temporary := final + Unfinished
	if err := os.RemoveAll(temporary); err != nil {
		return Written{}, fmt.Errorf("blocks: %w", err)
	}
	meta, err := v.writeBlock(ctx, temporary, id)
	if err != nil || meta.Stats.NumSamples == 0 {
		return Written{}, errors.Join(err, os.RemoveAll(temporary))
	}
	if err := errors.Join(os.RemoveAll(final), fileutil.Rename(temporary, final)); err != nil {
		return Written{}, fmt.Errorf("blocks: %w", err)
	}
	return Written{id.String(), meta.Stats.NumSeries, meta.Stats.NumSamples}, nil
}

// writeBlock writes a block's files.
func (v *Values) writeBlock(ctx context.Context, directory string, id ulid.ULID) (tsdb.BlockMeta, error) {
	meta := tsdb.BlockMeta{ULID: id, Version: 1}
	meta.Compaction.Level, meta.Compaction.Sources = 1, []ulid.ULID{id}
	if len(v.byKey) == 0 {
		return meta, nil
	}
	if err := os.MkdirAll(directory, 0o750); err != nil {
		return meta, fmt.Errorf("blocks: %w", err)
	}
	chunkFile, err := chunks.NewWriter(filepath.Join(directory, "chunks"), chunks.WithSegmentSize(segmentSize))
	if err != nil {
		return meta, fmt.Errorf("blocks: chunks: %w", err)
	}
	indexFile, err := index.NewWriter(ctx, filepath.Join(directory, "index"))
	if err != nil {
		return meta, fmt.Errorf("blocks: index: %w", errors.Join(err, chunkFile.Close()))
	}
	err = v.writeSeries(ctx, &meta, chunkFile, indexFile)
	if err := errors.Join(err, chunkFile.Close(), indexFile.Close()); err != nil {
		return meta, fmt.Errorf("blocks: %w", err)
	}
	if _, err := tombstones.WriteFile(slog.New(slog.DiscardHandler), directory, tombstones.NewMemTombstones()); err != nil {
		return meta, fmt.Errorf("blocks: tombstones: %w", err)
	}
	data, err := json.MarshalIndent(meta, "", "\t")
	if err != nil {
		return meta, fmt.Errorf("blocks: %w", err)
	}
	return meta, writeFile(filepath.Join(directory, "meta.json"), data)
}

// writeSeries writes all series, and into meta what they are.
func (v *Values) writeSeries(ctx context.Context, meta *tsdb.BlockMeta, chunkFile *chunks.Writer, indexFile *index.Writer) error {
	all := v.sorted()
	for _, text := range symbols(all) {
		if err := indexFile.AddSymbol(text); err != nil {
			return fmt.Errorf("index: %w", err)
		}
	}
	return encodeAll(ctx, all, v.within, v.fill, func(e *encoding) error {
		if err := chunkFile.WriteChunks(e.chunks...); err != nil {
			return fmt.Errorf("chunks: %w", err)
		}
		if err := indexFile.AddSeries(storage.SeriesRef(meta.Stats.NumSeries), e.series.labels, e.chunks...); err != nil {
			return fmt.Errorf("index: %w", err)
		}
		// A block's times are half open.
		first, end := e.chunks[0].MinTime, e.chunks[len(e.chunks)-1].MaxTime+1
		if meta.Stats.NumSeries == 0 {
			meta.MinTime, meta.MaxTime = first, end
		}
		meta.MinTime, meta.MaxTime = min(meta.MinTime, first), max(meta.MaxTime, end)
		meta.Stats.NumSeries++
		meta.Stats.NumChunks += uint64(len(e.chunks))
		meta.Stats.NumSamples += uint64(e.samples)
		meta.Stats.NumFloatSamples += uint64(e.samples)
		return nil
	})
}

// writeFile writes a file that outlasts a failure of the machine.
func writeFile(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return fmt.Errorf("blocks: %w", err)
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("blocks: %w", err)
	}
	return nil
}
