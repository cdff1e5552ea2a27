// Package dimension holds what a region's figures are broken down by: the
// labels of its collectors, what they are called, and which of them people
// choose by.
package dimension

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"planwatch/internal/language"
	"planwatch/internal/yamlfile"
)

// File is the file with the dimensions, in a region's directory.
const File = "dimensions.yaml"

// Set is dimensions.yaml: the labels of a region's figures.
type Set struct {
	// The labels that people choose by, from the whole to its parts: trust, clinic.
	Dimensions []string `yaml:"dimensions,omitempty"`
	// What labels are called where people read them. A label without a title stands as it is.
	Titles map[string]language.Text `yaml:"titles,omitempty"`
}

// Load reads and checks the dimensions; labels are those that the region's
// collectors have. Without a file there are none. Errors name file and line.
func Load(files fs.FS, labels []string, languages *language.Set) (*Set, error) {
	data, err := fs.ReadFile(files, File)
	if errors.Is(err, fs.ErrNotExist) {
		return &Set{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", File, err)
	}
	file, err := yamlfile.Parse(File, data)
	if err != nil {
		return nil, err
	}
	var s Set
	if err := file.Decode(&s); err != nil {
		return nil, err
	}
	if err := file.Locate(s.validate(labels, languages)); err != nil {
		return nil, err
	}
	return &s, nil
}

// Names are the labels that people choose by, for those who need them before a region
// is loaded; none where the file cannot be read, which Load says.
func Names(files fs.FS) []string {
	data, err := fs.ReadFile(files, File)
	if err != nil {
		return nil
	}
	file, err := yamlfile.Parse(File, data)
	if err != nil {
		return nil
	}
	var s Set
	if err := file.Decode(&s); err != nil {
		return nil
	}
	return s.Dimensions
}

func (s *Set) validate(labels []string, languages *language.Set) error {
	f := yamlfile.NewFaults()
	for i, label := range s.Dimensions {
		place := fmt.Sprintf(".dimensions[%d]", i)
		switch {
		case !slices.Contains(labels, label):
			f.Add(place, "dimensions: %q is not a label of any collector", label)
		case slices.Index(s.Dimensions, label) < i:
			f.Add(place, "dimensions: %q is given twice", label)
		case len(s.Titles[label]) == 0:
			f.Add(place, "dimensions: %q has no title; add it under titles", label)
		}
	}
	for _, label := range slices.Sorted(maps.Keys(s.Titles)) {
		if !slices.Contains(labels, label) {
			f.Add(".titles."+label, "titles: %q is not a label of any collector", label)
		}
		languages.RequireLine(f.In(".titles", "titles"), label, s.Titles[label])
	}
	return f.Err()
}

// Among are those of the dimensions that labels has, in the dimensions' order.
func (s *Set) Among(labels []string) []string {
	return slices.DeleteFunc(slices.Clone(s.Dimensions), func(label string) bool { return !slices.Contains(labels, label) })
}

// Title is what a label is called in the language.
func (s *Set) Title(label string, l *language.Language) string {
	if title := l.Of(s.Titles[label]); title != "" {
		return title
	}
	return label
}
