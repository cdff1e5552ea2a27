package exporter

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"planwatch/internal/history"
	"planwatch/internal/snapshot"
)

// findHistory begins the name of a moment of the past that one replica asks another for:
// then come the collector, the fingerprint, and milliseconds since 1970.
const findHistory = "history"

var errNoMoment = errors.New("not the name of a moment of the past")

// find implements replica.Options.Find.
func (r *replicas) find(ctx context.Context, name string) ([]byte, error) {
	parts := strings.Split(name, "/")
	if len(parts) != 4 || parts[0] != findHistory {
		return nil, errNoMoment
	}
	at, err := strconv.ParseInt(parts[3], 10, 64)
	if err != nil {
		return nil, errNoMoment
	}
	kept := r.exporter.current.Load().history
	if kept == nil || !r.Heads() {
		return nil, nil
	}
	key := history.Key{Collector: parts[1], Fingerprint: parts[2]}
	reading, ok, err := kept.Reading(ctx, key, time.UnixMilli(at))
	if err != nil || !ok {
		return nil, err
	}
	return snapshot.Record{Collector: key.Collector, Fingerprint: key.Fingerprint, At: reading.Read, Samples: reading.Samples}.Encode()
}

// reading asks the one that heads for a moment of the past.
func (r *replicas) reading(ctx context.Context, key history.Key, at time.Time) (history.Reading, history.Origin) {
	data, err := r.Ask(ctx, fmt.Sprintf("%s/%s/%s/%d", findHistory, key.Collector, key.Fingerprint, at.UnixMilli()))
	if err != nil || data == nil {
		return history.Reading{}, history.Nowhere
	}
	record, err := snapshot.DecodeRecord(data)
	if err != nil || record.Collector != key.Collector || record.Fingerprint != key.Fingerprint {
		return history.Reading{}, history.Nowhere
	}
	if description, ok := r.exporter.current.Load().describe(record); !ok || description.Fits(record) != nil {
		return history.Reading{}, history.Nowhere
	}
	return history.Reading{Key: key, At: at, Read: record.At.UTC(), Samples: record.Samples}, history.There
}
