package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"planwatch/internal/yamlfile"
)

// RegionsPath is under what the pages of each of several regions are, by its name.
const RegionsPath = "/r/"

// Several are regions beside one another in one process. They do not change once they
// are loaded.
type Several struct {
	// Process is what they have alike, since a process has it once.
	Process Process
	// Places has one for each directory, in the order that they were given in.
	Places    []Place
	overrides Overrides
}

// Place is a region among several, or why it could not be loaded.
type Place struct {
	// Name is that of the directory, as Region.Name.
	Name, Dir string
	// Region is nil where Err says why.
	Region *Region
	Err    error
}

// Process is the part of planwatch.yaml that a process has once.
type Process struct {
	Web       Web               `yaml:"web"`
	Log       Log               `yaml:"log"`
	DrainTime yamlfile.Duration `yaml:"drain_time"`
}

// LoadSeveral reads the regions in the directories as Load does. What is wrong with one of
// them is in its place. It fails where they cannot be beside one another, where what is
// given is no region's directory, and where no region could be loaded.
func LoadSeveral(dirs []string, overrides Overrides) (*Several, error) {
	s := &Several{overrides: overrides}
	for _, dir := range dirs {
		name, err := nameOf(dir)
		if err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(s.Places, func(p Place) bool { return isSameDirectory(p.Dir, dir) }); i >= 0 {
			return nil, fmt.Errorf("--config %s: that is the directory of --config %s; give each region's once", dir, s.Places[i].Dir)
		}
		if i := slices.IndexFunc(s.Places, func(p Place) bool { return p.Name == name }); i >= 0 {
			return nil, fmt.Errorf("--config %s: its region is called %s, as that of --config %s; a region is called as its directory, and each has a name of its own", dir, name, s.Places[i].Dir)
		}
		s.Places = append(s.Places, Place{Name: name, Dir: dir})
	}
	if err := checkVariables(); err != nil {
		return nil, err
	}
	var failed []error
	for i := range s.Places {
		place := &s.Places[i]
		if place.Region, place.Err = s.read(*place); place.Err != nil {
			failed = append(failed, fmt.Errorf("region %s: %w", place.Name, place.Err))
		}
	}
	if len(failed) == len(s.Places) {
		return nil, errors.Join(failed...)
	}
	return s, errors.Join(s.settle(), s.checkStorage())
}

// Load reads one of the regions anew, also one that could not be loaded before.
func (s *Several) Load(name string) (*Region, error) {
	i := slices.IndexFunc(s.Places, func(p Place) bool { return p.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("region %q: there is none of that name", name)
	}
	region, err := s.read(s.Places[i])
	if err != nil {
		return nil, err
	}
	s.findNamesakes(region)
	if s.Places[i].Region != nil {
		// What differs takes a restart, which says so.
		region.Web.ExternalURL = addressOf(region.Web, name)
		return region, nil
	}
	return region, s.admit(region)
}

// regionName is what a path, a label and an object of Kubernetes may be called.
var regionName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// nameOf is the name of the region in a directory. A directory that is none of a region's
// was not meant.
func nameOf(dir string) (string, error) {
	if dir == "" {
		return "", errors.New("--config: empty; name a region's directory, also the built-in one's where there are several: planwatch init DIR writes it")
	}
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("--config %s: %w", dir, err)
	}
	name := filepath.Base(absolute)
	if !regionName.MatchString(name) {
		return "", fmt.Errorf("--config %s: the directory's name, %q, is part of addresses where there are several regions: it is to be of a-z, 0-9 and hyphens, with none at its ends", dir, name)
	}
	info, err := os.Stat(filepath.Join(absolute, serviceFile))
	if err != nil {
		return "", fmt.Errorf("--config %s: no region: %w", dir, err)
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("--config %s: no region: its %s is not a file", dir, serviceFile)
	}
	return name, nil
}

// isSameDirectory reports whether both paths lead to one directory, as by a symbolic link.
func isSameDirectory(a, b string) bool {
	of, errA := os.Stat(a)
	other, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(of, other)
}

// checkVariables refuses those of the environment by which the figures of one region would
// pass for another's.
func checkVariables() error {
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		of := func(key string) bool { return strings.HasPrefix(name, environmentPrefix+"_"+key) }
		if name == environmentPrefix+"_REGION" || of("SOURCES_") || of("REPLICAS_ADDRESSES") {
			return fmt.Errorf("environment: %s would count for each of several regions; give it in planwatch.yaml, and a secret by its file", name)
		}
	}
	return nil
}

// read loads a region, and gives it a storage of its own.
func (s *Several) read(place Place) (*Region, error) {
	region, err := Load(place.Dir, s.overrides)
	if err != nil {
		return nil, err
	}
	region.Beside = true
	stated, _, err := parseService(filesIn(place.Dir))
	if err != nil {
		return nil, err
	}
	if common := DefaultService().Storage.Path; stated.Storage.Path == common || stated.Storage.Path != region.Storage.Path {
		region.Storage.Path = filepath.Join(region.Storage.Path, place.Name)
	}
	return region, nil
}

// addressOf is where people reach one of several regions.
func addressOf(w Web, name string) string { return w.Link(RegionsPath + name) }

// settle takes what the process has once from the regions, which have it alike.
func (s *Several) settle() error {
	first := true
	for _, place := range s.Places {
		if place.Region == nil {
			continue
		}
		if first {
			s.Process, first = processOf(place.Region), false
		}
		if err := s.admit(place.Region); err != nil {
			return err
		}
		s.findNamesakes(place.Region)
	}
	return nil
}

// findNamesakes finds the others that people would take the region for.
func (s *Several) findNamesakes(region *Region) {
	for _, other := range s.Places {
		if other.Region != nil && other.Name != region.Name && other.Region.Title == region.Title {
			region.Namesakes = append(region.Namesakes, other.Name)
		}
	}
}

// DistinctTitle is the title, with the name beside it where another of several regions has
// the same.
func (r *Region) DistinctTitle() string {
	if len(r.Namesakes) == 0 {
		return r.Title
	}
	return r.Title + " (" + r.Name + ")"
}

func processOf(r *Region) Process { return Process{Web: r.Web, Log: r.Log, DrainTime: r.DrainTime} }

// admit refuses a region that would have the process otherwise, and gives any other its
// address.
func (s *Several) admit(region *Region) error {
	process, own := s.Process.settings(), processOf(region).settings()
	for i, setting := range process {
		if !reflect.DeepEqual(setting.value, own[i].value) {
			return fmt.Errorf("region %s: planwatch.yaml: %s: %v; another region of this process has %v, and a process has one: make them alike, or set %s, which counts for all",
				region.Name, setting.key, own[i].value, setting.value, variableOf(setting.key))
		}
	}
	region.Web.ExternalURL = addressOf(region.Web, region.Name)
	return nil
}

// setting is a key of planwatch.yaml, and its value.
type setting struct {
	key   string
	value any
}

// settings are those of the process, in the order of their types.
func (p Process) settings() []setting { return settingsIn("", reflect.ValueOf(p)) }

func settingsIn(key string, value reflect.Value) []setting {
	if value.Kind() != reflect.Struct {
		return []setting{{key, value.Interface()}}
	}
	var all []setting
	for field, inner := range value.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		all = append(all, settingsIn(strings.TrimPrefix(key+"."+name, "."), inner)...)
	}
	return all
}

// checkStorage refuses two regions that would keep things in the same place, by whatever
// spelling, or one within the other.
func (s *Several) checkStorage() error {
	paths := map[string]string{}
	for _, place := range s.Places {
		if place.Region == nil {
			continue
		}
		own := resolved(place.Region.Storage.Path)
		for _, other := range s.Places {
			path, known := paths[other.Name]
			if known && (isWithin(own, path) || isWithin(path, own)) {
				return fmt.Errorf("region %s: storage: path: %s is that of region %s, %s, or within it; give each region a directory of its own, or leave the key out, so that each has one in %s",
					place.Name, place.Region.Storage.Path, other.Name, other.Region.Storage.Path, DefaultService().Storage.Path)
			}
		}
		paths[place.Name] = own
	}
	return nil
}

// isWithin reports whether a path is a directory or something in it.
func isWithin(path, directory string) bool {
	relative, err := filepath.Rel(directory, path)
	return err == nil && relative != ".." && !strings.HasPrefix(relative, ".."+string(filepath.Separator))
}

// resolved is a path without symbolic links, as far as it exists.
func resolved(path string) string {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	rest := ""
	for at := absolute; ; at = filepath.Dir(at) {
		if found, err := filepath.EvalSymlinks(at); err == nil {
			return filepath.Join(found, rest)
		}
		if at == filepath.Dir(at) {
			return absolute
		}
		rest = filepath.Join(filepath.Base(at), rest)
	}
}
