package alerts

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"planwatch/internal/kpi"
	"planwatch/plan"
)

// The sections of a runbook, in order.
var sections = []string{"Betydelse", "Påverkan", "Felsökning", "Åtgärd", "Vem"}

type runbook struct {
	alert string
	text  []byte
}

// page is a hand-written part: what stands under each of the sections.
type page map[string]string

// parsePage reads a hand-written part. It has sections as headings of the
// second level, and nothing before the first.
func parsePage(name, text string) (page, error) {
	p := page{}
	section := ""
	for number, line := range strings.Split(text, "\n") {
		heading, isHeading := strings.CutPrefix(line, "## ")
		heading = strings.TrimSpace(heading)
		_, twice := p[heading]
		switch {
		case isHeading && !slices.Contains(sections, heading):
			return nil, fmt.Errorf("%s:%d: %q is not a section; write %s", name, number+1, heading, strings.Join(sections, ", "))
		case isHeading && twice:
			return nil, fmt.Errorf("%s:%d: section %s stands twice", name, number+1, heading)
		case isHeading:
			section = heading
			p[section] = ""
		case section != "":
			p[section] += line + "\n"
		case strings.TrimSpace(line) != "":
			return nil, fmt.Errorf("%s:%d: text before the first section; begin with ## %s", name, number+1, sections[0])
		}
	}
	for section := range p {
		p[section] = strings.TrimSpace(p[section])
	}
	return p, nil
}

// pages reads the hand-written parts by name. Each is named for an alert, a
// KPI or a collector.
func (r *Region) pages(rules []Domain) (map[string]page, error) {
	pages := map[string]page{}
	if r.Runbooks == nil {
		return pages, nil
	}
	known := map[string]bool{}
	for _, d := range r.Collectors {
		known[d.Collector] = true
		for _, k := range d.KPIs {
			known[k.Name] = true
		}
	}
	for _, domain := range rules {
		for _, rule := range domain.File.Groups[0].Rules {
			known[rule.Alert] = true
		}
	}
	names, err := fs.Glob(r.Runbooks, "*.md")
	if err != nil {
		return nil, fmt.Errorf("runbooks: %w", err)
	}
	var faults []error
	for _, name := range names {
		full := "runbooks/" + name
		base := strings.TrimSuffix(name, path.Ext(name))
		if !known[base] {
			faults = append(faults, fmt.Errorf("%s: %q is not an alert, a KPI or a collector", full, base))
			continue
		}
		text, err := fs.ReadFile(r.Runbooks, name)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", full, err))
			continue
		}
		if pages[base], err = parsePage(full, string(text)); err != nil {
			faults = append(faults, err)
		}
	}
	return pages, errors.Join(faults...)
}

// runbooks makes one an alert, in order of the rules.
func (r *Region) runbooks(domains []Domain) ([]runbook, error) {
	pages, err := r.pages(domains)
	if err != nil {
		return nil, err
	}
	var books []runbook
	for _, domain := range domains {
		var names []string
		rules := map[string][]Rule{}
		for _, rule := range domain.File.Groups[0].Rules {
			if rules[rule.Alert] == nil {
				names = append(names, rule.Alert)
			}
			rules[rule.Alert] = append(rules[rule.Alert], rule)
		}
		for _, name := range names {
			b := book{region: r, alert: name, rules: rules[name]}
			b.find(domain.Name)
			books = append(books, runbook{name, b.write(pages)})
		}
	}
	return books, nil
}

// book is what one runbook is written from.
type book struct {
	region *Region
	alert  string
	rules  []Rule
	// aim is nil for alerts that are about no KPI of their own.
	aim *aim
}

// find sets the aim that the alert is about.
func (b *book) find(domain string) {
	for _, d := range b.region.Collectors {
		if d.Collector != domain {
			continue
		}
		for _, a := range b.region.aims(d) {
			if b.alert == OffPlan(a.kpi.Name) || b.alert == Forecast(a.kpi.Name) {
				b.aim = &a
			}
		}
	}
}

// written is the hand-written text of a section: that of the alert, else of
// the KPI, else of the collector.
func (b *book) written(pages map[string]page, section string) string {
	names := []string{b.alert}
	if b.aim != nil {
		names = append(names, b.aim.kpi.Name, b.aim.collector.Collector)
	}
	for _, name := range names {
		if text := pages[name][section]; text != "" {
			return text
		}
	}
	return ""
}

func (b *book) write(pages map[string]page) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "<!-- %s -->\n# %s\n", strings.TrimSpace(strings.TrimPrefix(b.region.notice(), "#")), b.alert)
	for _, section := range sections {
		var parts []string
		written := b.written(pages, section)
		for _, part := range []string{b.generated(section, written), written} {
			if part != "" {
				parts = append(parts, part)
			}
		}
		if len(parts) > 0 {
			fmt.Fprintf(&out, "\n## %s\n\n%s\n", section, strings.Join(parts, "\n\n"))
		}
	}
	return out.Bytes()
}

// generated is what the definitions say in a section. What an alert that is
// about no KPI means is better told by hand, where that is done.
func (b *book) generated(section, written string) string {
	switch section {
	case "Betydelse":
		if b.aim == nil && written != "" {
			return ""
		}
		return b.meaning()
	case "Felsökning":
		return b.diagnosis()
	case "Vem":
		return b.whom()
	}
	return ""
}

func (b *book) meaning() string {
	if b.aim == nil {
		for _, w := range b.region.watches() {
			if w.alert == b.alert {
				return plain(w.description.SV)
			}
		}
		return ""
	}
	k, side := b.aim.kpi, "under"
	if k.Better == kpi.Lower {
		side = "över"
	}
	what := "har kommit så långt " + side + " planen att en gräns är nådd"
	if b.alert == Forecast(k.Name) {
		what = "är på väg att sluta " + side + " planen, om takten hittills håller i sig"
	}
	text := fmt.Sprintf("**%s** %s.\n\n%s", oneLine(k.Title.SV), what, oneLine(k.Definition.SV))
	if k.Standard != "" {
		text += "\n\nDefinitionen följer: " + oneLine(k.Standard) + "."
	}
	return text
}

func (b *book) diagnosis() string {
	var out strings.Builder
	if b.aim == nil {
		out.WriteString("Larmet ställer frågan:\n")
		for _, rule := range b.rules {
			out.WriteString("\n```promql\n" + strings.TrimSpace(rule.Expr) + "\n```\n")
		}
		return strings.TrimSpace(out.String())
	}
	k, d := b.aim.kpi, b.aim.collector
	fmt.Fprintf(&out, "Utfall, plan och gränser just nu, och nyckeltalet i alla sina delar:\n\n```promql\n")
	for _, metric := range []string{plan.MetricActual, plan.MetricExpected, plan.MetricTarget, plan.MetricForecast, plan.MetricThreshold} {
		if metric == plan.MetricForecast && !b.aim.paced() {
			continue
		}
		fmt.Fprintf(&out, "%s{kpi=%q}\n", metric, k.Name)
	}
	fmt.Fprintf(&out, "%s\n```\n\n", k.Metric())
	if k.Ratio != nil {
		fmt.Fprintf(&out, "Nyckeltalet är kvoten mellan `kpi_%s` och `kpi_%s`; se efter vilken av dem som har ändrats.\n\n", k.Ratio.Of, k.Ratio.To)
	}
	fmt.Fprintf(&out, "Hur gamla uppgifterna är, i sekunder (de dras tillbaka efter %s):\n\n```promql\ntime() - planwatch_collector_oldest_data_timestamp_seconds{collector=%q}\n```\n\n", d.MaxAge, d.Collector)
	fmt.Fprintf(&out, "Hämta om från källan `%s` och se varje rad:\n\n```sh\nplanwatch collect %s\n```\n\n", d.Source, d.Collector)
	fmt.Fprintf(&out, "Frågan som ställs till källan (`collectors/%s`):\n\n```sql\n%s\n```\n\n", d.Query, strings.TrimSpace(d.Statement().Text()))
	fmt.Fprintf(&out, "Kurvor: <%s>", b.region.dashboard(d.Collector))
	return out.String()
}

func (b *book) whom() string {
	var out strings.Builder
	if b.aim == nil {
		if owner, ok := b.region.OnCall.Owner(b.rules[0].Label(LabelOwner)); ok {
			fmt.Fprintf(&out, "Larmet går till: %s (`%s`).", owner.Name.SV, owner.ID)
		} else {
			out.WriteString("Larmet går till den som äger målet.")
		}
		return out.String()
	}
	r := readingOf(b.aim.kpi, b.aim.targets)
	out.WriteString("| mål | gäller | värde | varning | kritiskt | efter | ansvarig |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	for _, t := range b.aim.targets {
		if b.alert == Forecast(b.aim.kpi.Name) && !paced(t) {
			continue
		}
		owner, _ := b.region.OnCall.Owner(t.Owner)
		wait := "genast"
		if t.For > 0 {
			wait = t.For.String()
		}
		fmt.Fprintf(&out, "| `%s` | %s | %s | %s | %s | %s | %s |\n", t.ID, strings.TrimPrefix(b.aim.subject("").where(swedish, t.Labels()), ", "),
			b.value(t, r), threshold(t, plan.SeverityWarning), threshold(t, plan.SeverityCritical), wait, owner.Name.SV)
	}
	return strings.TrimSpace(out.String())
}

// value is what the target asks for, as people read it.
func (b *book) value(t plan.Target, r reading) string {
	if t.ValueFrom != nil {
		return "`" + t.ValueFrom.KPI + "`"
	}
	// Long after its period, all of a target is due.
	value, ok := t.Expected(b.aim.kpi, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), time.UTC)
	if !ok {
		return ""
	}
	return r.text(swedish, value)
}

// threshold is where a severity begins, as the plan has it.
func threshold(t plan.Target, severity string) string {
	set, from := t.Warning, "planen"
	if severity == plan.SeverityCritical {
		set, from = t.Critical, "–"
	} else if t.Critical.Set() {
		from = "–"
	}
	switch {
	case set.Share != nil:
		return strings.ReplaceAll(set.String(), ".", ",") + " från plan"
	case set.At != nil:
		unit := t.Unit
		if unit == "percent" {
			unit = "%"
		}
		return strings.TrimSpace("vid " + strings.ReplaceAll(set.At.String(), ".", ",") + " " + unit)
	}
	return from
}

// plain is a watch's text for reading: labels stand as their names, and what
// only the moment knows as an ellipsis.
func plain(text string) string {
	text = strings.ReplaceAll(text, "{{ template `days` . }}", strconv.Itoa(expiryNotice/86400))
	text = labelAction.ReplaceAllString(text, "*$1*")
	return otherAction.ReplaceAllString(text, "…")
}

var (
	labelAction = regexp.MustCompile(`\{\{ \$labels\.([a-z_]+) \}\}`)
	otherAction = regexp.MustCompile(`\{\{[^}]*\}\}`)
)

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
