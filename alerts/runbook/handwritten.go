package runbook

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"planwatch/config"
	"planwatch/internal/language"
)

// text is the hand-written text of each section.
type text map[section]string

// parse reads the hand-written part of a runbook. Its headings are of the
// second level and in the language; no text comes before the first.
func parse(name, markdown string, l *language.Language) (text, error) {
	all := headings(l)
	t := text{}
	current := section(-1)
	for i, line := range strings.Split(markdown, "\n") {
		heading, isHeading := strings.CutPrefix(line, "## ")
		switch {
		case isHeading:
			heading = strings.TrimSpace(heading)
			current = section(slices.Index(all, heading))
			if current < 0 {
				return nil, fmt.Errorf("%s:%d: %q is not a section; write %s", name, i+1, heading, strings.Join(all, ", "))
			}
			if _, twice := t[current]; twice {
				return nil, fmt.Errorf("%s:%d: section %s is given twice", name, i+1, heading)
			}
			t[current] = ""
		case current >= 0:
			t[current] += line + "\n"
		case strings.TrimSpace(line) != "":
			return nil, fmt.Errorf("%s:%d: text before the first section; begin with ## %s", name, i+1, all[0])
		}
	}
	for s := range t {
		t[s] = strings.TrimSpace(t[s])
	}
	return t, nil
}

// handwritten holds the hand-written parts in one language, by the name of
// their subject: an alert, a KPI, or a collector (for all its KPIs).
type handwritten map[string]text

// of returns the text of a section: that of the alert, else of the KPI, else of
// the collector.
func (h handwritten) of(a alert, s section) string {
	names := []string{a.name}
	if a.kpi != nil {
		names = append(names, a.kpi.Name, a.kpi.Definition.Collector)
	}
	for _, name := range names {
		if found := h[name][s]; found != "" {
			return found
		}
	}
	return ""
}

// loadHandwritten reads the region's hand-written parts, by language: NAME.md
// for the first language, CODE/NAME.md for the others.
func loadHandwritten(region *config.Region, alerts []alert) (map[string]handwritten, error) {
	subjects := subjects(region, alerts)
	all := map[string]handwritten{}
	for _, l := range region.Languages.All() {
		all[l.Code()] = handwritten{}
	}
	var names []string
	for _, pattern := range []string{"*.md", "*/*.md"} {
		found, err := fs.Glob(region.Runbooks, pattern)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", Directory, err)
		}
		names = append(names, found...)
	}
	var faults []error
	for _, name := range names {
		full := path.Join(Directory, name)
		l, err := languageOf(name, region.Languages)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", full, err))
			continue
		}
		subject := strings.TrimSuffix(path.Base(name), path.Ext(name))
		if !subjects[subject] {
			faults = append(faults, fmt.Errorf("%s: %q is not an alert, a KPI or a collector", full, subject))
			continue
		}
		markdown, err := fs.ReadFile(region.Runbooks, name)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", full, err))
			continue
		}
		t, err := parse(full, string(markdown), l)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		all[l.Code()][subject] = t
	}
	return all, errors.Join(faults...)
}

// subjects returns the names that a hand-written part can be about.
func subjects(region *config.Region, alerts []alert) map[string]bool {
	names := map[string]bool{}
	for _, a := range alerts {
		names[a.name] = true
	}
	for _, d := range region.Collectors {
		names[d.Collector] = true
		for _, k := range d.KPIs {
			names[k.Name] = true
		}
	}
	return names
}

// languageOf returns the language of a hand-written part, from its directory.
func languageOf(name string, languages *language.Set) (*language.Language, error) {
	directory, _ := path.Split(name)
	code := strings.TrimSuffix(directory, "/")
	if code == "" {
		return languages.First(), nil
	}
	l, err := languages.Get(code)
	if err != nil {
		return nil, fmt.Errorf("language: %w", err)
	}
	if l == languages.First() {
		return nil, fmt.Errorf("%s is the region's first language, whose files lie in %s itself", code, Directory)
	}
	return l, nil
}
