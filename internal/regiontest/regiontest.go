// Package regiontest gives tests the parts of a small region: its languages
// and units.
package regiontest

import (
	_ "embed"
	"sync"
	"testing"
	"testing/fstest"

	"planwatch/internal/language"
	"planwatch/internal/unit"
)

//go:embed units.yaml
var unitsFile []byte

var languages = sync.OnceValues(func() (*language.Set, error) {
	return language.NewSet(fstest.MapFS{}, []string{"sv", "en"})
})

var units = sync.OnceValues(func() (*unit.Set, error) {
	set, err := languages()
	if err != nil {
		return nil, err
	}
	return unit.Load(fstest.MapFS{unit.File: &fstest.MapFile{Data: unitsFile}}, set)
})

// Languages are Swedish and English.
func Languages(tb testing.TB) *language.Set {
	tb.Helper()
	set, err := languages()
	if err != nil {
		tb.Fatal(err)
	}
	return set
}

// Units are the base units and some things that are counted.
func Units(tb testing.TB) *unit.Set {
	tb.Helper()
	set, err := units()
	if err != nil {
		tb.Fatal(err)
	}
	return set
}
