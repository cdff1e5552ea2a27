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
)

// fileVersion begins a saved snapshot; a later planwatch that writes another
// form counts on.
const fileVersion = "planwatch snapshot 1"

// File is where snapshots are saved: a line with version and checksum, then
// the figures as JSON.
type File struct{ Path string }

func (f File) write(s *Snapshot) error {
	figures := make([]Figures, len(s.chunks))
	for i, chunk := range s.chunks {
		figures[i] = chunk.Figures
	}
	body, err := json.Marshal(figures)
	if err != nil {
		return fmt.Errorf("save snapshot: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(f.Path), 0o750); err != nil {
		return fmt.Errorf("save snapshot: %w", err)
	}
	temporary, err := os.CreateTemp(filepath.Dir(f.Path), filepath.Base(f.Path)+".*.tmp")
	if err != nil {
		return fmt.Errorf("save snapshot: %w", err)
	}
	_, err = fmt.Fprintf(temporary, "%s sha256:%x\n%s", fileVersion, sha256.Sum256(body), body)
	if err == nil {
		err = temporary.Sync()
	}
	err = errors.Join(err, temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), f.Path)
	}
	if err != nil {
		return fmt.Errorf("save snapshot: %w", errors.Join(err, os.Remove(temporary.Name())))
	}
	return syncDirectory(filepath.Dir(f.Path))
}

// syncDirectory makes a rename last through a power failure.
func syncDirectory(path string) error {
	directory, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("save snapshot: %w", err)
	}
	if err := errors.Join(directory.Sync(), directory.Close()); err != nil {
		return fmt.Errorf("save snapshot: %w", err)
	}
	return nil
}

// read gives the saved figures. A file that is damaged is set aside, so that
// it can be looked at, and planwatch begins without it.
func (f File) read(logger *slog.Logger) []Figures {
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
	figures, err := decode(data)
	if err != nil {
		aside := f.Path + ".damaged"
		logger.Warn("saved snapshot set aside; beginning without figures", "file", f.Path, "aside", aside, "err", errors.Join(err, os.Rename(f.Path, aside)))
		return nil
	}
	return figures
}

func decode(data []byte) ([]Figures, error) {
	head, body, found := bytes.Cut(data, []byte("\n"))
	if !found || !bytes.HasPrefix(head, []byte(fileVersion+" ")) {
		return nil, fmt.Errorf("does not begin with %q", fileVersion)
	}
	if want := fmt.Sprintf("%s sha256:%x", fileVersion, sha256.Sum256(body)); string(head) != want {
		return nil, errors.New("the checksum does not fit; the file was cut short or changed")
	}
	var figures []Figures
	if err := json.Unmarshal(body, &figures); err != nil {
		return nil, fmt.Errorf("not the figures of a snapshot: %w", err)
	}
	return figures, nil
}
