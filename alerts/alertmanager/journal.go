package alertmanager

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/alertmanager/nflog"
	"github.com/prometheus/alertmanager/nflog/nflogpb"
	"github.com/prometheus/alertmanager/silence"
	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/protobuf/encoding/protodelim"
	"google.golang.org/protobuf/types/known/timestamppb"
)

const (
	// retention is how long it is remembered what was sent, and how long a silence
	// can be looked up once it has ended. It is longer than any interval at which a
	// message is repeated.
	retention = 60 * 24 * time.Hour
	// maintenance is how often what is past its retention is forgotten.
	maintenance = 15 * time.Minute
	// rewriting is how soon what a full disk did not take is written.
	rewriting = 5 * time.Second
)

// journal is what has been sent, and the silences. Alertmanager itself writes
// both every quarter of an hour; here each change is on disk at once, so that
// after a kill nobody hears of an event twice.
type journal struct {
	notifications *nflog.Log
	silences      *silence.Silences
	files         []*stateFile
	logger        *slog.Logger
}

// openJournal reads the journal in the directory, which is made if need be.
func openJournal(directory string, logger *slog.Logger) (*journal, error) {
	if err := os.MkdirAll(directory, 0o750); err != nil {
		return nil, fmt.Errorf("alertmanager: storage: %w", err)
	}
	j := &journal{logger: logger}
	err := errors.Join(
		j.open(filepath.Join(directory, Notifications), func(state []byte) (_ recorded, err error) {
			if state, err = untilNow(state, time.Now()); err != nil {
				return nil, err
			}
			log, err := nflog.New(nflog.Options{SnapshotReader: bytes.NewReader(state), Retention: retention, Logger: logger, Metrics: prometheus.NewRegistry()})
			j.notifications = log
			return log, err
		}),
		j.open(filepath.Join(directory, Silences), func(state []byte) (recorded, error) {
			silences, err := silence.New(silence.Options{
				SnapshotReader: bytes.NewReader(state), Retention: retention, Logger: logger, Metrics: prometheus.NewRegistry(), EventRecorder: recorder,
				Limits: silence.Limits{MaxSilences: func() int { return maxSilences }, MaxSilenceSizeBytes: func() int { return maxSilenceSize }},
			})
			j.silences = silences
			return silences, err
		}),
	)
	if err != nil {
		return nil, errors.Join(err, j.close())
	}
	return j, nil
}

// untilNow is what was sent, with what a clock that was set back since leaves of moments
// to come as of now: Alertmanager would take nothing down until then, and tell each event
// again and again.
func untilNow(state []byte, now time.Time) ([]byte, error) {
	var changed bytes.Buffer
	for entries := bufio.NewReader(bytes.NewReader(state)); ; {
		var one nflogpb.MeshEntry
		switch err := protodelim.UnmarshalFrom(entries, &one); {
		case errors.Is(err, io.EOF):
			return changed.Bytes(), nil
		case err != nil:
			return nil, err
		}
		if one.Entry != nil && one.Entry.Timestamp.AsTime().After(now) {
			one.Entry.Timestamp, one.ExpiresAt = timestamppb.New(now), timestamppb.New(now.Add(retention))
		}
		if _, err := protodelim.MarshalTo(&changed, &one); err != nil {
			return nil, err
		}
	}
}

// recorded is a state of Alertmanager's that tells of its changes, in the form
// that it is read in.
type recorded interface {
	SetBroadcast(func([]byte))
	MarshalBinary() ([]byte, error)
	Merge(state []byte) error
	GC() (int, error)
}

// open reads the file and records changes in it. What cannot be read is set
// aside, and begun anew.
func (j *journal) open(path string, read func(state []byte) (recorded, error)) error {
	file, state, err := openStateFile(path, j.logger)
	if err != nil {
		return err
	}
	of, err := read(state)
	if err != nil {
		aside := path + ".damaged"
		j.logger.Warn("what was kept of messages and silences cannot be read; set aside", "file", path, "aside", aside, "err", err)
		if err := errors.Join(file.close(), os.Rename(path, aside)); err != nil {
			return fmt.Errorf("alertmanager: storage: %w", err)
		}
		if file, _, err = openStateFile(path, j.logger); err != nil {
			return err
		}
		if of, err = read(nil); err != nil {
			return errors.Join(fmt.Errorf("alertmanager: %w", err), file.close())
		}
	}
	file.of = of
	of.SetBroadcast(file.append)
	j.files = append(j.files, file)
	return file.compact()
}

// maintain forgets what is past its retention until ctx ends.
func (j *journal) maintain(ctx context.Context) {
	tick, soon := time.NewTicker(maintenance), time.NewTicker(rewriting)
	defer tick.Stop()
	defer soon.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-soon.C:
			for _, file := range j.files {
				if file.lacks() {
					_ = file.compact() // that it fails has been told, and is every quarter of an hour
				}
			}
		case <-tick.C:
			for _, file := range j.files {
				if err := file.compact(); err != nil {
					j.logger.Error("what was sent, and silences, are not kept; after a restart, messages may come again", "err", err)
				}
			}
		}
	}
}

func (j *journal) close() error {
	var faults []error
	for _, file := range j.files {
		file.of.SetBroadcast(func([]byte) {})
		if file.lacks() {
			faults = append(faults, file.compact())
		}
		faults = append(faults, file.close())
	}
	return errors.Join(faults...)
}
