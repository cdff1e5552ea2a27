// Package journal is a file of JSON lines that is only ever added to. What has
// been added outlasts a kill and a power failure.
package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"unicode/utf8"

	"planwatch/internal/diskfile"
)

// maxLine is the most bytes of a line.
const maxLine = 64 << 10

// Journal is an open file of entries. One process adds to it at a time, from as
// many goroutines as it likes; others may read it meanwhile.
type Journal[T any] struct {
	mu   sync.Mutex
	file *os.File
	// size is the end of the last whole line, in bytes.
	size int64
}

// Opened is what was found in the file when it was opened.
type Opened[T any] struct {
	Entries []T
	// Faults are the lines that are no entries, which stay in the file.
	Faults []error
	// Cut is how many bytes of an incomplete last line, which a kill leaves, were
	// cut off.
	Cut int64
}

// Open opens the file to add to it, and makes it if need be, readable for its
// owner only. A last line without an end is cut off.
func Open[T any](path string) (*Journal[T], Opened[T], error) {
	var found Opened[T]
	// A pipe or a device is refused before it could be waited for.
	if existing, err := diskfile.Open(path); err == nil {
		_ = existing.Close() // nothing was written
	} else if !errors.Is(err, os.ErrNotExist) {
		return nil, found, err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, found, err
	}
	j := &Journal[T]{file: file}
	if err := j.open(&found); err != nil {
		return nil, Opened[T]{}, errors.Join(fmt.Errorf("%s: %w", path, err), file.Close())
	}
	if err := syncDirectory(filepath.Dir(path)); err != nil {
		return nil, Opened[T]{}, errors.Join(err, file.Close())
	}
	return j, found, nil
}

func (j *Journal[T]) open(found *Opened[T]) error {
	info, err := j.file.Stat()
	if err != nil {
		return err
	}
	found.Entries, found.Faults, j.size, err = decode[T](j.file)
	if err != nil {
		return err
	}
	if found.Cut = info.Size() - j.size; found.Cut == 0 {
		return nil
	}
	if err := j.file.Truncate(j.size); err != nil {
		return err
	}
	return j.file.Sync()
}

// syncDirectory has the disk keep the name of a file that is new.
func syncDirectory(path string) error {
	directory, err := diskfile.OpenDirectory(path)
	if err != nil {
		return err
	}
	return errors.Join(directory.Sync(), directory.Close())
}

// Size is the file's, in bytes.
func (j *Journal[T]) Size() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.size
}

// Moved reports whether the file is not any more where it was opened, as when it was put
// away or removed meanwhile, or is not whole.
func (j *Journal[T]) Moved() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.moved()
}

func (j *Journal[T]) moved() bool {
	there, err := os.Stat(j.file.Name())
	if err != nil {
		return true // to open it tells why
	}
	open, err := j.file.Stat()
	return err == nil && (!os.SameFile(there, open) || there.Size() < j.size)
}

// reopen goes on in a new file.
func (j *Journal[T]) reopen() error {
	anew, _, err := Open[T](j.file.Name())
	if err != nil {
		return err
	}
	former := j.file
	j.file, j.size = anew.file, anew.size
	return former.Close()
}

// Append adds entries, which are on the disk when it returns nil. After an error
// nothing of them stays. Where the file was moved away it goes on in a new one.
func (j *Journal[T]) Append(entries ...T) error {
	var lines []byte
	for _, entry := range entries {
		line, err := json.Marshal(entry)
		if err != nil {
			return fmt.Errorf("%s: %w", j.file.Name(), err)
		}
		line = append(line, '\n')
		if len(line) > maxLine {
			return fmt.Errorf("%s: an entry of %d bytes, and at most %d are kept", j.file.Name(), len(line), maxLine)
		}
		lines = append(lines, line...)
	}
	if len(lines) == 0 {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.moved() {
		if err := j.reopen(); err != nil {
			return err
		}
	}
	_, err := j.file.Write(lines)
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		// A part of a line would make one with the next.
		return errors.Join(err, j.file.Truncate(j.size))
	}
	j.size += int64(len(lines))
	return nil
}

// Close closes the file.
func (j *Journal[T]) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.file.Close()
}

// Read reads the entries of a file that may be added to meanwhile, and the lines
// that are no entries. A last line without an end is left out. The error is
// fs.ErrNotExist if there is no file.
func Read[T any](path string) (entries []T, faults []error, err error) {
	file, err := diskfile.Open(path)
	if err != nil {
		return nil, nil, err
	}
	entries, faults, _, err = decode[T](file)
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	for i, fault := range faults {
		faults[i] = fmt.Errorf("%s: %w", path, fault)
	}
	return entries, faults, nil
}

// decode reads lines to the end. A line that is no entry is a fault; whole is
// where the last line that has an end ends.
func decode[T any](r io.Reader) (entries []T, faults []error, whole int64, err error) {
	lines := bufio.NewReaderSize(r, maxLine)
	for n := 1; ; n++ {
		line, length, err := readLine(lines)
		switch {
		case errors.Is(err, io.EOF):
			return entries, faults, whole, nil
		case err != nil:
			return nil, nil, 0, err
		}
		whole += length
		entry, err := decodeLine[T](line)
		if err != nil {
			faults = append(faults, fmt.Errorf("line %d: %w", n, err))
			continue
		}
		entries = append(entries, entry)
	}
}

// readLine reads a line with its end; of one that is too long it returns nil.
// The error is io.EOF where no more line has an end.
func readLine(r *bufio.Reader) (line []byte, length int64, err error) {
	line, err = r.ReadSlice('\n')
	length = int64(len(line))
	for errors.Is(err, bufio.ErrBufferFull) {
		line, err = r.ReadSlice('\n')
		length += int64(len(line))
		line = nil
	}
	return line, length, err
}

func decodeLine[T any](line []byte) (T, error) {
	var entry T
	switch {
	case line == nil:
		return entry, fmt.Errorf("longer than %d bytes", maxLine)
	case !utf8.Valid(line):
		return entry, errors.New("not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(line))
	if err := decoder.Decode(&entry); err != nil {
		return entry, errors.New("not an entry in JSON")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return entry, errors.New("more than one entry")
	}
	return entry, nil
}
