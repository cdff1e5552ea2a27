package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"planwatch/config"
	"planwatch/internal/yamlfile"
	"planwatch/plan"
)

// fileName is the file of the judgements, beside the documents that they are of.
const fileName = "coverage.yaml"

// coverage is coverage.yaml: what holds each paragraph of the documents.
type coverage struct {
	// States are the words that tell that a paragraph states a figure or a direction, as regular
	// expressions of whole words, in whichever case. Digits do so by themselves.
	States []string `yaml:"states"`
	// Activity is what the rows of a table have that are paragraphs of their own.
	Activity  string     `yaml:"activity,omitempty"`
	Documents []document `yaml:"documents"`
}

// document is one source, with a judgement of each paragraph that states a figure or a
// direction, and of others that a citation is of.
type document struct {
	// File is the document's text, beside coverage.yaml.
	File string `yaml:"file"`
	// Title is the one that citations of the document begin with.
	Title      string      `yaml:"title"`
	Judgements []judgement `yaml:"judgements"`

	paragraphs []paragraph
}

// judgement says what holds a paragraph, or why nothing does. Names may end in *, for
// all that begin so.
type judgement struct {
	// Begins is how the paragraph begins, letter for letter and as far as no other does.
	Begins string `yaml:"begins"`
	// Targets hold what the paragraph wants, KPIs what it states.
	Targets []string `yaml:"targets,omitempty"`
	KPIs    []string `yaml:"kpis,omitempty"`
	// Checks of plan/reconciliation.yaml hold figures that the plan states twice.
	Checks []string `yaml:"checks,omitempty"`
	// Activities of plan/activities.csv and Risks of plan/risks.csv hold the paragraph's words, by
	// id and by number: what is done, whether or not a figure shows its effect.
	Activities []string `yaml:"activities,omitempty"`
	Risks      []string `yaml:"risks,omitempty"`
	// NotYet is what is missing until the whole is held.
	NotYet string `yaml:"not_yet,omitempty"`
	// Cannot is why there is nothing to hold: background, or no figure.
	Cannot string `yaml:"cannot,omitempty"`

	paragraph paragraph
}

// load reads the judgements and the documents, and finds the paragraph of each judgement.
func load(files fs.FS, region *config.Region) (*coverage, error) {
	data, err := fs.ReadFile(files, fileName)
	if err != nil {
		return nil, err
	}
	file, err := yamlfile.Parse(fileName, data)
	if err != nil {
		return nil, err
	}
	var c coverage
	if err := file.Decode(&c); err != nil {
		return nil, err
	}
	faults := yamlfile.NewFaults()
	stating, err := words(c.States)
	if err != nil {
		return nil, fmt.Errorf("%s: states: %w", fileName, err)
	}
	for i := range c.Documents {
		d := &c.Documents[i]
		text, err := fs.ReadFile(files, d.File)
		if err != nil {
			return nil, err
		}
		d.paragraphs = paragraphs(string(text), c.Activity)
		d.find(faults.In(fmt.Sprintf(".documents[%d]", i), ""))
	}
	c.checkNames(faults, region)
	for _, d := range c.Documents {
		slices.SortStableFunc(d.Judgements, func(a, b judgement) int { return a.paragraph.line - b.paragraph.line })
	}
	return &c, errors.Join(file.Locate(faults.Err()), c.unjudged(stating), c.uncovered(region))
}

// find gives every judgement its paragraph.
func (d *document) find(faults *yamlfile.Faults) {
	judged := map[int]bool{}
	for i := range d.Judgements {
		j := &d.Judgements[i]
		at := func(key, format string, args ...any) {
			faults.Add(fmt.Sprintf(".judgements[%d]%s", i, key), format, args...)
		}
		var found []paragraph
		for _, p := range d.paragraphs {
			if j.Begins != "" && strings.HasPrefix(p.text, j.Begins) {
				found = append(found, p)
			}
		}
		switch {
		case len(found) == 0:
			at(".begins", "no paragraph of %s begins so", d.File)
		case len(found) > 1:
			at(".begins", "%d paragraphs of %s begin so, the first in line %d and the second in line %d; go on until one does", len(found), d.File, found[0].line, found[1].line)
		case judged[found[0].line]:
			at(".begins", "the paragraph in line %d of %s is judged above", found[0].line, d.File)
		default:
			j.paragraph = found[0]
			judged[j.paragraph.line] = true
		}
		// An activity or a risk holds words: that there is no figure may stand beside it.
		held := len(j.Targets)+len(j.KPIs)+len(j.Checks) > 0
		switch {
		case !held && len(j.Activities)+len(j.Risks) == 0 && j.Cannot == "" && j.NotYet == "":
			at("", "says nothing; give targets, kpis, checks, activities or risks, or why there is none under not_yet or cannot")
		case j.Cannot != "" && (held || j.NotYet != ""):
			at(".cannot", "stands beside what holds the paragraph, or not_yet; give one of them")
		}
	}
}

// checkNames checks that there is what the judgements name.
func (c *coverage) checkNames(faults *yamlfile.Faults, region *config.Region) {
	var kpis, targets, checks []string
	for _, entry := range region.Collectors {
		for _, k := range entry.KPIs {
			kpis = append(kpis, k.Name)
		}
	}
	for _, t := range region.Plan.Targets {
		targets = append(targets, t.ID)
	}
	for _, check := range reconciliation(region) {
		checks = append(checks, check.ID)
	}
	activities, risks := actions(region)
	for i, d := range c.Documents {
		for n, j := range d.Judgements {
			in := faults.In(fmt.Sprintf(".documents[%d].judgements[%d]", i, n), "")
			exist(in, ".targets", "target", j.Targets, targets)
			exist(in, ".kpis", "KPI", j.KPIs, kpis)
			exist(in, ".checks", "check of reconciliation.yaml", j.Checks, checks)
			exist(in, ".activities", "activity", j.Activities, activities)
			exist(in, ".risks", "risk", j.Risks, risks)
		}
	}
}

// actions are the names of the activities, and the numbers of the risks.
func actions(region *config.Region) (activities, risks []string) {
	for _, a := range region.Activities {
		activities = append(activities, a.ID)
	}
	for _, k := range region.Risks {
		risks = append(risks, strconv.Itoa(k.Number))
	}
	return activities, risks
}

func reconciliation(region *config.Region) []plan.Check {
	if region.Plan.Reconciliation == nil {
		return nil
	}
	return region.Plan.Reconciliation.Checks
}

func exist(faults *yamlfile.Faults, key, what string, names, known []string) {
	for i, name := range names {
		if !slices.ContainsFunc(known, func(k string) bool { return matches(name, k) }) {
			faults.Add(fmt.Sprintf("%s[%d]", key, i), "there is no %s %q%s", what, name, yamlfile.Suggestion(name, known))
		}
	}
}

// matches reports whether the name of a judgement, which may end in *, is of id.
func matches(name, id string) bool {
	ok, err := path.Match(name, id)
	return err == nil && ok
}

func names(judged []string, id string) bool {
	return slices.ContainsFunc(judged, func(name string) bool { return matches(name, id) })
}

// unjudged joins a fault for each paragraph that states a figure or a direction and is not
// judged.
func (c *coverage) unjudged(stating *regexp.Regexp) error {
	var faults []error
	for _, d := range c.Documents {
		for _, p := range d.paragraphs {
			if p.states(stating) && !slices.ContainsFunc(d.Judgements, func(j judgement) bool { return j.paragraph.line == p.line }) {
				faults = append(faults, fmt.Errorf("%s:%d: the paragraph states a figure or a direction and is not judged in %s: %s", d.File, p.line, fileName, beginning(p.text)))
			}
		}
	}
	return errors.Join(faults...)
}
