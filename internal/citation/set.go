package citation

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"planwatch/internal/naming"
	"planwatch/internal/yamlfile"
)

// Set is a region's citations, and which of them have been resolved. It is
// not safe for concurrent use.
type Set struct {
	// file is nil where the region has no citations.yaml.
	file     *yamlfile.Document
	content  File
	resolved map[string]bool
}

// Load reads and checks the citations in the named file, FileName in a
// region's directory. Without the file there are none, which is no error.
func Load(files fs.FS, name string) (*Set, error) {
	s := &Set{resolved: map[string]bool{}}
	data, err := fs.ReadFile(files, name)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	if s.file, err = yamlfile.Parse(name, data); err != nil {
		return nil, err
	}
	if err := s.file.Decode(&s.content); err != nil {
		return nil, err
	}
	if err := s.file.Locate(s.content.validate()); err != nil {
		return nil, err
	}
	return s, nil
}

// Resolve is the text of the value of cite: the citation of that id, or
// cite itself where it does not look like an id. The error is of an id that
// is not in the file.
func (s *Set) Resolve(cite string) (string, error) {
	if !naming.ValidID(cite) {
		return cite, nil
	}
	if s.file == nil {
		return "", fmt.Errorf("%q is the id of a citation, and there is no %s", cite, FileName)
	}
	c, found := s.content.Citations[cite]
	if !found {
		return "", fmt.Errorf("there is no %q in %s%s", cite, FileName, yamlfile.Suggestion(cite, slices.Sorted(maps.Keys(s.content.Citations))))
	}
	s.resolved[cite] = true
	return s.content.text(c), nil
}

// CheckDocument reports the id of a document that is not in the file.
func (s *Set) CheckDocument(id string) error {
	if _, found := s.content.Documents[id]; found {
		return nil
	}
	return fmt.Errorf("there is no document %q in %s%s", id, FileName, yamlfile.Suggestion(id, slices.Sorted(maps.Keys(s.content.Documents))))
}

// Unused is an error that joins a fault for each citation that has not been
// resolved, or repeated by another citation, and for each document that no
// citation is of. It is nil where there is none.
func (s *Set) Unused() error {
	if s.file == nil {
		return nil
	}
	return s.file.Locate(s.content.unused(s.resolved))
}
