package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"planwatch/config"
)

// quotation is what stands between quotation marks in a citation.
var quotation = regexp.MustCompile(`”([^”]+)”`)

// uncovered joins a fault for each KPI and target whose citation is of paragraphs of which
// no judgement names it.
func (c *coverage) uncovered(region *config.Region) error {
	var faults []error
	for _, entry := range region.Collectors {
		for _, k := range entry.KPIs {
			faults = append(faults, c.cited("kpi", k.Name, k.Cite, func(j judgement) []string { return j.KPIs })...)
		}
	}
	for _, t := range region.Plan.Targets {
		faults = append(faults, c.cited("target", t.ID, t.Cite, func(j judgement) []string { return j.Targets })...)
	}
	return errors.Join(faults...)
}

// cited checks the citation of one KPI or target. list gives the names of its kind in a
// judgement.
func (c *coverage) cited(kind, id, cite string, list func(judgement) []string) []error {
	var faults []error
	for _, d := range c.Documents {
		about, found := strings.CutPrefix(cite, d.Title)
		if !found {
			continue
		}
		for _, part := range parts(about) {
			switch judged, said := d.judging(part); {
			case !said:
				faults = append(faults, fmt.Errorf("%s %s: its citation is of %q, and no paragraph of %s has it", kind, id, part.words, d.File))
			case !slices.ContainsFunc(judged, func(j judgement) bool { return names(list(j), id) }):
				faults = append(faults, fmt.Errorf("%s %s: its citation is of %q, and no judgement in %s of a paragraph that has it names the %s", kind, id, part.words, fileName, kind))
			}
		}
	}
	return faults
}

// part is what a citation is of: words of a paragraph, or a heading.
type part struct {
	words   string
	heading bool
}

// parts divides a citation without its document's title: into the words that it quotes, or
// the last of the headings where it quotes none.
func parts(about string) []part {
	var all []part
	for _, quoted := range quotation.FindAllStringSubmatch(about, -1) {
		for words := range strings.SplitSeq(strings.ReplaceAll(quoted[1], "[…]", "…"), "…") {
			if words = plain(words); words != "" {
				all = append(all, part{words: words})
			}
		}
	}
	if len(all) == 0 {
		headings := strings.Split(about, ", ")
		all = append(all, part{words: headings[len(headings)-1], heading: true})
	}
	return all
}

// judging returns the judgements of the paragraphs that a part of a citation is of, and
// whether there are such paragraphs.
func (d *document) judging(p part) (judged []judgement, said bool) {
	for _, paragraph := range d.paragraphs {
		if !p.in(paragraph) {
			continue
		}
		said = true
		for _, j := range d.Judgements {
			if j.paragraph.line == paragraph.line {
				judged = append(judged, j)
			}
		}
	}
	return judged, said
}

func (p part) in(q paragraph) bool {
	if !p.heading {
		return strings.Contains(q.text, p.words)
	}
	return slices.ContainsFunc(strings.Split(q.heading, " › "), func(heading string) bool { return strings.HasPrefix(heading, p.words) })
}
