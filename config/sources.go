package config

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"

	"planwatch/internal/diskfile"
	"planwatch/internal/warehouse"
	"planwatch/sample"
)

// Sources are open sources by name.
type Sources map[string]*warehouse.Source

// OpenSources opens the named sources, or all if no names are given. A source
// that is down is not an error; a schema that is not valid is. The caller closes
// them.
func (r *Region) OpenSources(ctx context.Context, logger *slog.Logger, names ...string) (Sources, error) {
	if len(names) == 0 {
		names = slices.Sorted(maps.Keys(r.Sources))
	}
	opened := Sources{}
	for _, name := range names {
		if opened[name] != nil {
			continue
		}
		source, err := r.openSource(ctx, logger, name)
		if err != nil {
			return nil, errors.Join(err, opened.Close())
		}
		opened[name] = source
	}
	return opened, nil
}

// Close closes the sources.
func (s Sources) Close() error {
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(s)) {
		if err := s[name].Close(); err != nil {
			faults = append(faults, fmt.Errorf("source %s: close: %w", name, err))
		}
	}
	return errors.Join(faults...)
}

func (r *Region) openSource(ctx context.Context, logger *slog.Logger, name string) (*warehouse.Source, error) {
	source := r.Sources[name]
	options := warehouse.Options{Name: name, Location: r.Location, Logger: logger}
	if source.Folder == BuiltinSample {
		options.Files = sample.Files
	} else if source.Folder != "" {
		options.Files = warehouse.Directory(r.resolve(source.Folder))
	}
	if source.Schema != "" {
		schema, err := diskfile.Read(r.resolve(source.Schema), largestFile)
		if err != nil {
			return nil, fmt.Errorf("source %s: schema: %w", name, err)
		}
		options.SchemaSQL = string(schema)
	}
	return warehouse.Open(ctx, source, options)
}

// resolve makes a path relative to the region's directory.
func (r *Region) resolve(name string) string {
	if filepath.IsAbs(name) || r.Dir == "" {
		return name
	}
	return filepath.Join(r.Dir, filepath.FromSlash(name))
}
