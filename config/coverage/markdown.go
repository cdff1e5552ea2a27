package main

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"planwatch/config"
	"planwatch/internal/action"
	"planwatch/internal/language"
	"planwatch/plan"
)

// file is the path of the document, relative to the repository's root.
const file = "docs/coverage.md"

// shown is how much of a paragraph stands in the document, in runes.
const shown = 90

// beginning is the paragraph's, cut between words.
func beginning(text string) string {
	if utf8.RuneCountInString(text) <= shown {
		return text
	}
	cut := string([]rune(text)[:shown])
	if space := strings.LastIndex(cut, " "); space > 0 {
		cut = cut[:space]
	}
	return cut + " …"
}

// hold is what holds a paragraph best.
type hold int

const (
	byTarget hold = iota
	byOwnLimit
	byKPI
	byCheck
	byAction
	missing
	nothing
)

// holds tells what holds the judgement's paragraph.
func (w *writer) holds(j judgement) hold {
	own := false
	for _, t := range w.region.Plan.Targets {
		if names(j.Targets, t.ID) {
			if t.Basis != plan.Operational {
				return byTarget
			}
			own = true
		}
	}
	switch {
	case own:
		return byOwnLimit
	case len(j.KPIs) > 0:
		return byKPI
	case len(j.Checks) > 0:
		return byCheck
	case len(j.Activities)+len(j.Risks) > 0:
		return byAction
	case j.NotYet != "":
		return missing
	}
	return nothing
}

type writer struct {
	out    bytes.Buffer
	region *config.Region
}

func (w *writer) line(format string, args ...any) { fmt.Fprintf(&w.out, format+"\n", args...) }

// markdown is docs/coverage.md. The same judgements give the same bytes.
func (c *coverage) markdown(region *config.Region) []byte {
	w := writer{region: region}
	w.line("<!-- Generated from config/testdata/documents/%s by go generate ./config. Edit that, not this. -->", fileName)
	w.line("")
	w.line("# What holds the sources: %s", cell(region.Title))
	w.line("")
	w.line("Every paragraph of the sources that states a figure or a direction, and the [KPIs](kpis.md), targets, reconciliation checks, and [activities and risks](activities.md) that hold")
	w.line("it, or why none does. A table counts as one paragraph. \"Not yet\" is what is missing; it may stand beside what holds a part. The judgements are")
	w.line("people's; that none is missing, and that each citation is of a paragraph whose judgement names what cites it, is tested.")
	w.line("")
	c.counts(&w)
	for _, d := range c.Documents {
		w.line("")
		w.line("## %s", cell(d.Title))
		heading := "\x00"
		for _, j := range d.Judgements {
			if j.paragraph.heading != heading {
				heading = j.paragraph.heading
				w.line("")
				w.line("### %s", cell(heading))
				w.line("")
				w.line("| line | paragraph | held by |")
				w.line("| ---: | --- | --- |")
			}
			w.line("| %d | %s | %s |", j.paragraph.line, cell(beginning(j.paragraph.text)), w.heldBy(j))
		}
	}
	return w.out.Bytes()
}

func (c *coverage) counts(w *writer) {
	rows := []string{
		byTarget:   "a target",
		byOwnLimit: "only a target of the region's own making (`operational`)",
		byKPI:      "a KPI, without a target",
		byCheck:    "a reconciliation check",
		byAction:   "only an activity or a risk, which no figure shows",
		missing:    "nothing yet",
		nothing:    "nothing: background, or no figure",
	}
	type count struct{ paragraphs, inPart int }
	perDocument := make([][]count, len(c.Documents))
	for i, d := range c.Documents {
		perDocument[i] = make([]count, len(rows)+1)
		for _, j := range d.Judgements {
			for _, row := range []int{int(w.holds(j)), len(rows)} {
				perDocument[i][row].paragraphs++
				if j.NotYet != "" && w.holds(j) < missing {
					perDocument[i][row].inPart++
				}
			}
		}
	}
	titles, dashes := "", ""
	for _, d := range c.Documents {
		titles += " " + cell(d.Title) + " |"
		dashes += " ---: |"
	}
	w.line("| held by |%s all | of which in part |", titles)
	w.line("| --- |%s ---: | ---: |", dashes)
	for row, name := range append(rows, "**judged**") {
		cells, all, inPart := "", 0, 0
		for i := range c.Documents {
			cells += fmt.Sprintf(" %d |", perDocument[i][row].paragraphs)
			all += perDocument[i][row].paragraphs
			inPart += perDocument[i][row].inPart
		}
		w.line("| %s |%s %d | %d |", name, cells, all, inPart)
	}
}

// heldBy is the last cell of a row.
func (w *writer) heldBy(j judgement) string {
	var says []string
	say := func(what string, names []string) {
		if len(names) > 0 {
			says = append(says, what+" "+strings.Join(names, ", "))
		}
	}
	var targets, kpis, checks []string
	for _, name := range j.Targets {
		targets = append(targets, w.target(name))
	}
	for _, name := range j.KPIs {
		kpis = append(kpis, w.kpi(name))
	}
	for _, name := range j.Checks {
		checks = append(checks, "[`"+name+"`](../config/"+w.region.Name+"/plan/"+plan.ReconciliationFile+")")
	}
	say("target", targets)
	say("KPI", kpis)
	say("check", checks)
	say("activity", w.inTable(j.Activities, action.ActivitiesFile))
	say("risk", w.inTable(spans(j.Risks), action.RisksFile))
	if j.NotYet != "" {
		says = append(says, "**not yet**: "+cell(j.NotYet))
	}
	if j.Cannot != "" {
		says = append(says, cell(j.Cannot))
	}
	return strings.Join(says, "; ")
}

// inTable links names to one of the region's tables.
func (w *writer) inTable(names []string, table string) []string {
	links := make([]string, len(names))
	for i, name := range names {
		links[i] = "[`" + name + "`](../config/" + w.region.Name + "/" + table + ")"
	}
	return links
}

// spans are numbers with those that follow each other put together: 5 to 32.
func spans(numbers []string) []string {
	var all []string
	for i := 0; i < len(numbers); {
		end := i
		for end+1 < len(numbers) && follows(numbers[end], numbers[end+1]) {
			end++
		}
		span := numbers[i]
		if end > i {
			span += " to " + numbers[end]
		}
		all = append(all, span)
		i = end + 1
	}
	return all
}

func follows(number, next string) bool {
	a, wrong := strconv.Atoi(number)
	b, wrongNext := strconv.Atoi(next)
	return wrong == nil && wrongNext == nil && b == a+1
}

// target links a target, or several by the beginning of their names, to the KPI.
func (w *writer) target(name string) string {
	var kpi string
	count, own := 0, true
	for _, t := range w.region.Plan.Targets {
		if matches(name, t.ID) {
			kpi, own = t.KPI, own && t.Basis == plan.Operational
			count++
		}
	}
	text := link(name, kpi)
	if own {
		text += " (the region's own)"
	}
	if count > 1 {
		text += fmt.Sprintf(" (%d)", count)
	}
	return text
}

// kpi links a KPI, or several by the beginning of their names.
func (w *writer) kpi(name string) string {
	anchor, count := "", 0
	for _, c := range w.region.Collectors {
		for _, k := range c.KPIs {
			if matches(name, k.Name) {
				if count == 0 {
					anchor = k.Name
				}
				count++
			}
		}
	}
	text := link(name, anchor)
	if count > 1 {
		text += fmt.Sprintf(" (%d)", count)
	}
	return text
}

func link(name, kpi string) string { return "[`" + name + "`](kpis.md#" + kpi + ")" }

// escape is for Markdown.
var escape = strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "<", "&lt;", "[", `\[`, "`", "\\`", "|", `\|`)

func cell(text string) string { return escape.Replace(language.OneLine(text)) }
