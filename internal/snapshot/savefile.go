package snapshot

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"planwatch/internal/storage"
)

// fileVersion begins a saved snapshot. It is counted up when the form changes.
const fileVersion = "planwatch snapshot 1"

// SaveFile is the file that snapshots are saved in: a line with version and
// checksum, then the records as JSON. Without a path nothing is saved.
type SaveFile struct {
	Path string
	// Hold is called before the file is written, and an error keeps it from
	// being written; nil allows it always.
	Hold func() error
}

func (f SaveFile) write(s *Snapshot) error {
	if f.Hold != nil {
		if err := f.Hold(); err != nil {
			return fmt.Errorf("save snapshot: %w", err)
		}
	}
	records := make([]Record, len(s.chunks))
	for i, chunk := range s.chunks {
		records[i] = chunk.Record
	}
	body, err := json.Marshal(records)
	if err != nil {
		return fmt.Errorf("save snapshot: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(f.Path), 0o750); err != nil {
		return fmt.Errorf("save snapshot: %w", err)
	}
	head := fmt.Sprintf("%s sha256:%x\n", fileVersion, sha256.Sum256(body))
	if err := storage.Replace(f.Path, []byte(head), body); err != nil {
		return fmt.Errorf("save snapshot: %w", err)
	}
	return nil
}

// clear removes what was being written when a planwatch was killed. What cannot
// be removed does no harm.
func (f SaveFile) clear() {
	if f.Path == "" || f.Hold != nil && f.Hold() != nil {
		return
	}
	storage.RemoveTemporary(f.Path)
}

// read gives the saved records. A damaged file is renamed, so that it can be
// looked at, and planwatch starts without it.
func (f SaveFile) read(logger *slog.Logger) []Record {
	if f.Path == "" {
		return nil
	}
	data, err := os.ReadFile(f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		logger.Warn("saved snapshot not read; beginning without figures", "err", err)
		return nil
	}
	records, err := decode(data)
	if err != nil {
		aside := f.Path + ".damaged"
		logger.Warn("saved snapshot set aside; beginning without figures", "file", f.Path, "aside", aside, "err", errors.Join(err, os.Rename(f.Path, aside)))
		return nil
	}
	return records
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
