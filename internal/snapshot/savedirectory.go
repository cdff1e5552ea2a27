package snapshot

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"planwatch/internal/storage"
)

// fileVersion begins a saved snapshot. It is counted up when the form changes.
const fileVersion = "planwatch snapshot 1"

// SaveDirectory is where snapshots are saved: a file for each collector, so that a
// change costs no more than what has changed. A file is a line with version and
// checksum, then the record as JSON. Without a path nothing is saved.
type SaveDirectory struct {
	Path string
	// Hold is called before files are written, and an error keeps them from
	// being written; nil allows it always.
	Hold func() error
}

// asideSuffix ends the names of files that cannot be read.
const asideSuffix = ".damaged"

func (d SaveDirectory) file(collector string) string { return filepath.Join(d.Path, collector) }

// write saves the chunks that are not saved yet, and removes the files of collectors
// that have none. saved has what is in each file, and is brought up to date. What
// cannot be saved keeps nothing else from being saved; the error is the first.
func (d SaveDirectory) write(s *Snapshot, saved map[string]*Chunk) error {
	if d.Hold != nil {
		if err := d.Hold(); err != nil {
			return fmt.Errorf("save snapshot: %w", err)
		}
	}
	if err := os.MkdirAll(d.Path, 0o750); err != nil {
		return fmt.Errorf("save snapshot: %w", err)
	}
	var first error
	for _, chunk := range s.chunks {
		if saved[chunk.Collector] == chunk && d.has(chunk.Collector) {
			continue
		}
		if err := d.writeRecord(chunk.Record); err != nil {
			first = cmp.Or(first, err)
			continue
		}
		saved[chunk.Collector] = chunk
	}
	for collector := range saved {
		if s.Chunk(collector) != nil {
			continue
		}
		if err := os.Remove(d.file(collector)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			first = cmp.Or(first, fmt.Errorf("save snapshot: %w", err))
			continue
		}
		delete(saved, collector)
	}
	return first
}

// has reports whether the collector's file is there, which somebody may have removed.
func (d SaveDirectory) has(collector string) bool {
	_, err := os.Lstat(d.file(collector))
	return err == nil
}

func (d SaveDirectory) writeRecord(r Record) error {
	data, err := r.Encode()
	if err == nil {
		err = storage.Replace(d.file(r.Collector), data)
	}
	if err != nil {
		return fmt.Errorf("save snapshot: %w", err)
	}
	return nil
}

// Encode is the record as it is saved: a line with version and checksum, then JSON.
func (r Record) Encode() ([]byte, error) {
	body, err := json.Marshal([]Record{r})
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "%s sha256:%x\n%s", fileVersion, sha256.Sum256(body), body), nil
}

// DecodeRecord is the record that was encoded. It fails where that could not be shown.
func DecodeRecord(data []byte) (Record, error) {
	records, err := decode(data)
	if err == nil && len(records) != 1 {
		err = fmt.Errorf("%d records, and not one", len(records))
	}
	if err != nil {
		return Record{}, err
	}
	return records[0], nil
}

// clear removes what was being written when a planwatch was killed. What cannot
// be removed does no harm.
func (d SaveDirectory) clear() {
	if d.Path == "" || d.Hold != nil && d.Hold() != nil {
		return
	}
	storage.RemoveTemporaries(d.Path)
}

// read gives the saved records by the names of their files. A damaged file is
// renamed, so that it can be looked at, and planwatch starts without it.
func (d SaveDirectory) read(logger *slog.Logger) map[string][]Record {
	if d.Path == "" {
		return nil
	}
	entries, err := os.ReadDir(d.Path)
	if info, statErr := os.Stat(d.Path); statErr == nil && !info.IsDir() {
		d.setAside(d.Path, errors.New("is a file, and this version keeps a directory"), logger)
		return nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		logger.Warn("saved figures not read; their collectors begin without any", "err", err)
		return nil
	}
	all := map[string][]Record{}
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), asideSuffix) {
			continue
		}
		path := d.file(entry.Name())
		data, err := os.ReadFile(path)
		if err != nil {
			logger.Warn("saved figures not read; their collectors begin without any", "err", err)
			continue
		}
		records, err := decode(data)
		if err != nil {
			d.setAside(path, err, logger)
			continue
		}
		all[entry.Name()] = records
	}
	return all
}

func (SaveDirectory) setAside(path string, err error, logger *slog.Logger) {
	aside := path + asideSuffix
	logger.Warn("saved figures set aside; their collectors begin without any", "file", path, "aside", aside, "err", errors.Join(err, os.Rename(path, aside)))
}

func decode(data []byte) ([]Record, error) {
	head, body, found := bytes.Cut(data, []byte("\n"))
	if !found || !bytes.HasPrefix(head, []byte(fileVersion+" ")) {
		return nil, fmt.Errorf("does not begin with %q", fileVersion)
	}
	if want := fmt.Sprintf("%s sha256:%x", fileVersion, sha256.Sum256(body)); string(head) != want {
		return nil, errors.New("the checksum does not match; the file was cut short or changed")
	}
	var records []Record
	if err := json.Unmarshal(body, &records); err != nil {
		return nil, fmt.Errorf("not the records of a snapshot: %w", err)
	}
	for _, r := range records {
		if err := r.sound(); err != nil {
			return nil, err
		}
	}
	return records, nil
}
