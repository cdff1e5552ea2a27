// Package config loads a region's directory strictly and checks it across
// its parts.
package config

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
	_ "time/tzdata" // the zones come along, since a machine may have none

	"planwatch/alerts"
	"planwatch/collectors"
	"planwatch/internal/clock"
	"planwatch/internal/kpi"
	"planwatch/internal/warehouse"
	"planwatch/internal/yamlfile"
	"planwatch/plan"
	"planwatch/sample"
)

//go:embed all:norrbotten
var builtin embed.FS

// BuiltinName is the short name of the region that is compiled in.
const BuiltinName = "norrbotten"

// BuiltinSample is the folder name of the sample warehouse that is compiled in.
const BuiltinSample = "builtin:sample"

// Builtin is the region that is compiled in, and the default.
func Builtin() fs.FS {
	region, err := fs.Sub(builtin, BuiltinName)
	if err != nil {
		panic(err) // the path is constant
	}
	return region
}

// Config is one region: its settings and its definitions, checked.
type Config struct {
	Service
	// Dir is the directory that it was read from, or "" for the built-in region.
	Dir string
	// Location is the configured time zone.
	Location *time.Location
	// Collectors are in order of name.
	Collectors []*collectors.Definition
	// Plan is what the region has decided.
	Plan *plan.Plan
	// OnCall says who is called; nil where the region calls nobody.
	OnCall *alerts.OnCall

	files fs.FS

	start time.Time
}

// Load reads the region in dir, or the built-in one if dir is empty.
// overrides stand above the environment, which stands above planwatch.yaml.
func Load(dir string, overrides Overrides) (*Config, error) {
	files := Builtin()
	if dir != "" {
		info, err := os.Stat(dir)
		if err != nil {
			return nil, fmt.Errorf("configuration: %w", err)
		}
		if !info.IsDir() {
			return nil, fmt.Errorf("configuration: %s is not a directory; planwatch init %s.d makes one", dir, dir)
		}
		files = os.DirFS(dir)
	}
	c := &Config{Dir: dir}
	if err := c.load(files, overrides); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Config) load(files fs.FS, overrides Overrides) error {
	var err error
	if c.Service, err = loadService(files, overrides); err != nil {
		return err
	}
	if c.Location, err = c.location(); err != nil {
		return err
	}
	if c.Service.Clock != "" {
		if c.start, err = time.Parse(time.RFC3339, c.Service.Clock); err != nil {
			return err
		}
	}
	names, err := fs.Glob(files, "collectors/*.yaml")
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return errors.New("collectors: no *.yaml files; a region has at least one collector")
	}
	var faults []error
	for _, name := range names {
		definition, err := collectors.Load(files, name, c.Location)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		c.Collectors = append(c.Collectors, definition)
	}
	if err := errors.Join(append(faults, c.crossCheck())...); err != nil {
		// Without all KPIs the plan's faults would be those of the definitions.
		return err
	}
	c.files = files
	if _, err := fs.Stat(files, onCallFile); err == nil {
		if c.OnCall, err = alerts.LoadOnCall(files, onCallFile); err != nil {
			return err
		}
	}
	c.Plan, err = plan.Load(files, "plan", c.Catalogue())
	return err
}

// onCallFile says who is called, in a region's directory.
const onCallFile = "oncall.yaml"

// Name is the region's short name, that of its directory, under which its
// generated files lie.
func (c *Config) Name() string {
	if c.Dir == "" {
		return BuiltinName
	}
	directory, err := filepath.Abs(c.Dir)
	if err != nil {
		directory = c.Dir
	}
	return filepath.Base(directory)
}

// AlertRegion is what alerts are made of, with the dashboards that they link
// to: uids by collector. OnCall must not be nil.
func (c *Config) AlertRegion(dashboards map[string]string) *alerts.Region {
	region := &alerts.Region{Name: c.Name(), Location: c.Location, Collectors: c.Collectors, Plan: c.Plan, OnCall: c.OnCall, Dashboards: dashboards}
	if books, err := fs.Sub(c.files, "runbooks"); err == nil {
		region.Runbooks = books
	}
	return region
}

// Catalogue is what the plan can aim at.
func (c *Config) Catalogue() plan.Catalogue {
	catalogue := plan.Catalogue{KPIs: map[string]plan.Entry{}}
	if c.OnCall != nil {
		catalogue.Owners = c.OnCall.OwnerIDs()
	}
	for _, d := range c.Collectors {
		for _, k := range d.KPIs {
			catalogue.KPIs[k.Name] = plan.Entry{KPI: k, Labels: d.Labels}
		}
	}
	return catalogue
}

// crossCheck finds what no definition can see alone.
func (c *Config) crossCheck() error {
	var faults []error
	places := map[string]string{}
	for _, d := range c.Collectors {
		if _, ok := c.Sources[d.Source]; !ok {
			faults = append(faults, d.Fault("$.source", "collector %s: source: %q is not one of the sources in planwatch.yaml", d.Collector, d.Source))
		}
		for i, k := range d.KPIs {
			for _, metric := range metrics(k) {
				if other, taken := places[metric]; taken {
					faults = append(faults, d.Fault(fmt.Sprintf("$.kpis[%d].name", i), "kpi %s: %s is defined in %s already", k.Name, metric, other))
					continue
				}
				places[metric] = d.File()
			}
		}
	}
	return errors.Join(faults...)
}

// metrics are the names that a KPI takes in Prometheus.
func metrics(k kpi.KPI) []string {
	if k.Histogram == nil {
		return []string{k.Metric()}
	}
	return []string{k.Metric(), k.Metric() + "_bucket", k.Metric() + "_count", k.Metric() + "_sum"}
}

// NewClock is planwatch's clock, set going now.
func (c *Config) NewClock() clock.Clock {
	if c.start.IsZero() {
		return clock.Clock{}
	}
	return clock.StartingAt(c.start)
}

// SourceOptions are what the source of that name needs beside its settings:
// the files of a folder and of its schema.
func (c *Config) SourceOptions(name string) (warehouse.Options, error) {
	source := c.Sources[name]
	options := warehouse.Options{Name: name, Location: c.Location}
	if source.Folder == BuiltinSample {
		options.Files = sample.Files
	} else if source.Folder != "" {
		folder := c.resolve(source.Folder)
		if info, err := os.Stat(folder); err != nil {
			return options, fmt.Errorf("source %s: folder: %w", name, err)
		} else if !info.IsDir() {
			return options, fmt.Errorf("source %s: folder: %s is not a directory", name, folder)
		}
		options.Files = os.DirFS(folder)
	}
	if source.Schema != "" {
		schema, err := os.ReadFile(c.resolve(source.Schema))
		if err != nil {
			return options, fmt.Errorf("source %s: schema: %w", name, err)
		}
		options.SchemaSQL = string(schema)
	}
	return options, nil
}

// Fingerprint changes with all that decides what a collector's figures are:
// its definition and query, and the source that they are read from.
func (c *Config) Fingerprint(d *collectors.Definition) string {
	s := c.Sources[d.Source]
	sum := sha256.New()
	for _, part := range []string{d.Fingerprint(), c.TimeZone, s.Driver, s.Address, s.Database, s.DSN.Reveal(), s.DSNFile, s.Folder, s.Schema} {
		fmt.Fprintf(sum, "%q", part)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// resolve takes a path relative to the region's directory.
func (c *Config) resolve(name string) string {
	if filepath.IsAbs(name) || c.Dir == "" {
		return name
	}
	return filepath.Join(c.Dir, filepath.FromSlash(name))
}

// WriteBuiltin writes the built-in region to dir for editing. It refuses a
// directory that has anything in it.
func WriteBuiltin(dir string) error {
	switch entries, err := os.ReadDir(dir); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fmt.Errorf("init: %w", err)
	case len(entries) > 0:
		return fmt.Errorf("init: %s is not empty; name a new directory", dir)
	}
	return fs.WalkDir(Builtin(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(dir, filepath.FromSlash(name))
		if entry.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		data, err := fs.ReadFile(Builtin(), name)
		if err != nil {
			return err
		}
		return os.WriteFile(target, editable(name, data), 0o644)
	})
}

// editable takes out the line that names a schema by its place in
// planwatch's own repository.
func editable(name string, data []byte) []byte {
	if path.Ext(name) != ".yaml" {
		return data
	}
	text := string(data)
	if line, rest, found := strings.Cut(text, "\n"); found && strings.HasPrefix(line, "# yaml-language-server:") {
		return []byte(rest)
	}
	return data
}

func parseService(files fs.FS) (Service, *yamlfile.File, error) {
	const name = "planwatch.yaml"
	service := DefaultService()
	data, err := fs.ReadFile(files, name)
	if errors.Is(err, fs.ErrNotExist) {
		return service, nil, fmt.Errorf("configuration: no %s; planwatch init DIR makes a directory with one", name)
	}
	if err != nil {
		return service, nil, fmt.Errorf("configuration: %w", err)
	}
	file, err := yamlfile.Parse(name, data)
	if err != nil {
		return service, nil, err
	}
	if err := file.Decode(&service); err != nil {
		return service, nil, err
	}
	// viper folds the case of keys, so names are checked before it sees them.
	err = file.Locate(service.validateNames())
	return service, file, err
}
