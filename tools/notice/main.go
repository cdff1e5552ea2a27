// Notice writes NOTICE: the modules that the planwatch binary is linked with,
// their licences, and the notices that the licences require. It reads the
// module graph of ./cmd/planwatch and the licence files in the module cache.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// engineTag is the build tag that switches the embedded SQL engine on.
const engineTag = "gms_pure_go"

func main() {
	root := flag.String("root", ".", "planwatch's source directory")
	flag.Parse()
	if err := write(context.Background(), *root); err != nil {
		fmt.Fprintln(os.Stderr, "notice:", err)
		os.Exit(1)
	}
}

func write(ctx context.Context, root string) error {
	production, err := linked(ctx, root, "")
	if err != nil {
		return err
	}
	full, err := linked(ctx, root, engineTag)
	if err != nil {
		return err
	}
	text, err := notice(production, full)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, "NOTICE"), text, 0o644)
}

// module is a module of which at least one package is linked.
type module struct {
	path, version string
	// licences are SPDX identifiers, sorted.
	licences []string
	// notice is the text of the module's NOTICE file, or "".
	notice string
}

// linked lists the modules of the build with the given tag, by path. The
// platform is fixed, so that every machine gives the same list.
func linked(ctx context.Context, root, tag string) (map[string]module, error) {
	command := exec.CommandContext(ctx, "go", "list", "-deps", "-json=Dir,Module", "-tags="+tag, "./cmd/planwatch") //nolint:gosec // the tag is a constant
	command.Dir, command.Stderr = root, os.Stderr
	command.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", command, err)
	}
	type source struct {
		path, version, dir string
		packages           []string
	}
	sources := map[string]*source{}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			Dir    string
			Module *struct {
				Path, Version, Dir string
				Main               bool
			}
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", command, err)
		}
		if p.Module == nil || p.Module.Main {
			continue
		}
		s := sources[p.Module.Path]
		if s == nil {
			s = &source{path: p.Module.Path, version: p.Module.Version, dir: p.Module.Dir}
			sources[s.path] = s
		}
		s.packages = append(s.packages, p.Dir)
	}
	modules := map[string]module{}
	for _, s := range sources {
		m := module{path: s.path, version: s.version}
		if m.licences, err = licences(s.dir, s.packages); err != nil {
			return nil, fmt.Errorf("%s@%s: %w", s.path, s.version, err)
		}
		if m.notice, err = noticeFile(s.dir); err != nil {
			return nil, fmt.Errorf("%s@%s: %w", s.path, s.version, err)
		}
		modules[s.path] = m
	}
	return modules, nil
}

var (
	licenceName = regexp.MustCompile(`(?i)^(licen[cs]e|copying)(\.(txt|md|[a-z]*yaml))?$`)
	noticeName  = regexp.MustCompile(`(?i)^notice(\.(txt|md))?$`)
)

// licences reads the licence files of a module: those in its root, and those
// beside or above a linked package, which is code taken over from elsewhere.
func licences(root string, packages []string) ([]string, error) {
	directories := []string{root}
	for _, directory := range packages {
		for ; len(directory) > len(root); directory = filepath.Dir(directory) {
			directories = append(directories, directory)
		}
	}
	slices.Sort(directories)
	var found []string
	for _, directory := range slices.Compact(directories) {
		files, err := matching(directory, licenceName)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			ids, err := identify(file)
			if err != nil {
				return nil, err
			}
			found = append(found, ids...)
		}
		if directory == root && len(found) == 0 {
			return nil, errors.New("no licence file in the module's root")
		}
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

// known is the share of a licence file, in percent, that must be recognised as
// licence text, so that no licence is missed.
const known = 80

func identify(file string) ([]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	coverage := licensecheck.Scan(text)
	if coverage.Percent < known {
		return nil, fmt.Errorf("%s: only %.0f %% of it is a known licence", filepath.Base(file), coverage.Percent)
	}
	var ids []string
	for _, match := range coverage.Match {
		ids = append(ids, match.ID)
	}
	return ids, nil
}

func noticeFile(root string) (string, error) {
	files, err := matching(root, noticeName)
	if err != nil || len(files) == 0 {
		return "", err
	}
	text, err := os.ReadFile(files[0])
	return string(text), err
}

func matching(directory string, name *regexp.Regexp) ([]string, error) {
	entries, err := os.ReadDir(directory)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, entry := range entries {
		if entry.Type().IsRegular() && name.MatchString(entry.Name()) {
			files = append(files, filepath.Join(directory, entry.Name()))
		}
	}
	return files, nil
}

const head = `Generated by tools/notice from the module graph of ./cmd/planwatch; do not edit.

planwatch
Copyright 2026 The planwatch authors

planwatch is under the Apache License, Version 2.0; see LICENSE. Its binary
is linked with the Go standard library, of the release that "planwatch
version" names (BSD-3-Clause), and with the modules below, as built for Linux.
Licences are SPDX identifiers. "AND" means that parts of the module have
different licences. A module's own source holds the text of its licence.
`

const copyleft = `
Under the Mozilla Public License 2.0, unchanged, with the source that the
licence entitles you to:

`

const inBoth = `
Linked into every binary:

`

const inFull = `
Linked only with the build tag ` + engineTag + `, for the embedded SQL engine:

`

const attributions = `
Notices that modules under the Apache License ask to be passed on:
`

// notice is the text of NOTICE. Every module of the production build is in
// the full one too.
func notice(production, full map[string]module) ([]byte, error) {
	var mozilla, both, engine, noted []module
	for _, path := range slices.Sorted(maps.Keys(full)) {
		m := full[path]
		if slices.Contains(m.licences, "MPL-2.0") {
			mozilla = append(mozilla, m)
		}
		if _, ok := production[path]; ok {
			both = append(both, m)
		} else {
			engine = append(engine, m)
		}
		if m.notice != "" && slices.Contains(m.licences, "Apache-2.0") {
			noted = append(noted, m)
		}
	}
	var b bytes.Buffer
	b.WriteString(head + copyleft)
	for _, m := range mozilla {
		source, err := sourceOf(m)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "  %s %s\n      %s\n", m.path, m.version, source)
	}
	b.WriteString(inBoth)
	list(&b, both)
	b.WriteString(inFull)
	list(&b, engine)
	b.WriteString(attributions)
	for _, m := range noted {
		fmt.Fprintf(&b, "\n--- %s\n\n%s\n", m.path, tidy(m.notice))
	}
	return b.Bytes(), nil
}

func list(b *bytes.Buffer, modules []module) {
	for _, m := range modules {
		fmt.Fprintf(b, "  %s %s  %s\n", m.path, m.version, strings.Join(m.licences, " AND "))
	}
}

var pseudoVersion = regexp.MustCompile(`-([0-9a-f]{12})$`)

// sourceOf is the address of a module's source at its version.
func sourceOf(m module) (string, error) {
	parts := strings.Split(m.path, "/")
	if parts[0] != "github.com" || len(parts) < 3 {
		return "", fmt.Errorf("%s: not on github.com; say here where its source is", m.path)
	}
	revision := strings.TrimSuffix(m.version, "+incompatible")
	if commit := pseudoVersion.FindStringSubmatch(revision); commit != nil {
		revision = commit[1]
	}
	return "https://" + strings.Join(parts[:3], "/") + "/tree/" + revision, nil
}

// tidy removes blank lines around a text and white space at its lines' ends.
func tidy(text string) string {
	lines := strings.Split(strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " \t")
	}
	return strings.Join(lines, "\n")
}
