package alerts

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"planwatch/internal/kpi"
	"planwatch/plan"
)

// language is one that alerts are written in.
type language struct {
	code      string
	decimal   string
	thousands string
}

var (
	swedish = language{"sv", ",", "\u00a0"}
	english = language{"en", ".", ","}
)

// of is the text in the language.
func (l language) of(t kpi.Text) string {
	if l.code == swedish.code {
		return t.SV
	}
	return t.EN
}

// reading is how people read figures of a unit: divided by per, with so many
// decimals at most, and a word or sign behind.
type reading struct {
	per      float64
	decimals int
	// one and many stand behind 1 and behind other figures.
	one, many kpi.Text
	// sign says that the word is one that no figure does without: %, mnkr.
	sign bool
	// large says that thousands are set apart.
	large bool
}

func counted(oneSV, manySV, oneEN, manyEN string) reading {
	return reading{per: 1, decimals: 1, one: kpi.Text{SV: oneSV, EN: oneEN}, many: kpi.Text{SV: manySV, EN: manyEN}}
}

func measured(per float64, decimals int, sv, en string) reading {
	text := kpi.Text{SV: sv, EN: en}
	return reading{per: per, decimals: decimals, one: text, many: text, sign: true}
}

// inThousands is the reading of figures that may be large.
func (r reading) inThousands() reading {
	r.large = true
	return r
}

// difference is how the distance between two figures is read.
func (r reading) difference() reading {
	if r.per == percent.per && r.sign {
		points := kpi.Text{SV: "procentenheter", EN: "percentage points"}
		r.one, r.many = points, points
	}
	return r
}

var percent = measured(0.01, 1, "%", "%")

// readings are those of the base units.
var readings = map[kpi.Unit]reading{
	"ratio":           percent,
	"seconds":         measured(3600, 1, "timmar", "hours").inThousands(),
	"sek":             measured(1e6, 2, "mnkr", "million SEK").inThousands(),
	"joules":          measured(3.6e9, 1, "MWh", "MWh").inThousands(),
	"grams":           measured(1e6, 1, "ton", "tonnes").inThousands(),
	"metres":          measured(1e3, 1, "km", "km").inThousands(),
	"fte":             counted("årsarbetare", "årsarbetare", "FTE", "FTE"),
	"patients_per_gp": counted("listad per läkare", "listade per läkare", "patient per GP", "patients per GP").inThousands(),
	"seconds_per_bed": measured(3600, 1, "timmar per vårdplats", "hours per bed"),

	"applicants":    counted("sökande", "sökande", "applicant", "applicants"),
	"beds":          counted("vårdplats", "vårdplatser", "bed", "beds"),
	"births":        counted("förlossning", "förlossningar", "birth", "births").inThousands(),
	"cases":         counted("fall", "fall", "case", "cases").inThousands(),
	"deviations":    counted("avvikelse", "avvikelser", "deviation", "deviations").inThousands(),
	"dialogues":     counted("samtal", "samtal", "dialogue", "dialogues").inThousands(),
	"exams":         counted("undersökning", "undersökningar", "exam", "exams").inThousands(),
	"operations":    counted("operation", "operationer", "operation", "operations").inThousands(),
	"patient_days":  counted("vårddygn", "vårddygn", "patient-day", "patient-days").inThousands(),
	"patients":      counted("patient", "patienter", "patient", "patients").inThousands(),
	"posts":         counted("tjänst", "tjänster", "post", "posts"),
	"prescriptions": counted("recept", "recept", "prescription", "prescriptions").inThousands(),
	"reports":       counted("anmälan", "anmälningar", "report", "reports"),
	"risks":         counted("risk", "risker", "risk", "risks"),
	"scanners":      counted("apparat", "apparater", "scanner", "scanners"),
	"theatres":      counted("sal", "salar", "theatre", "theatres"),
	"trainings":     counted("tillfälle", "tillfällen", "training", "trainings"),
	"undertakings":  counted("uppdrag", "uppdrag", "undertaking", "undertakings"),
	"visits":        counted("besök", "besök", "visit", "visits").inThousands(),
	"wards":         counted("avdelning", "avdelningar", "ward", "wards"),
}

// measures are the readings of the units that a plan may be written in.
var measures = map[string]reading{
	"minutes": measured(60, 1, "minuter", "minutes"),
	"hours":   measured(3600, 1, "timmar", "hours").inThousands(),
	"days":    measured(86400, 1, "dagar", "days"),
	"weeks":   measured(604800, 1, "veckor", "weeks"),
	"kwh":     measured(3.6e6, 1, "kWh", "kWh").inThousands(),
	"mwh":     measured(3.6e9, 1, "MWh", "MWh").inThousands(),
	"kg":      measured(1e3, 1, "kg", "kg").inThousands(),
	"tonnes":  measured(1e6, 1, "ton", "tonnes").inThousands(),
	"kr":      measured(1, 0, "kr", "SEK").inThousands(),
	"tkr":     measured(1e3, 1, "tkr", "thousand SEK").inThousands(),
	"mnkr":    measured(1e6, 2, "mnkr", "million SEK").inThousands(),
	"mdkr":    measured(1e9, 3, "mdkr", "thousand million SEK"),
	"percent": percent,
}

// readingOf is how the KPI's figures are read: in the measure that its
// targets are written in where they agree on one, else as its unit is.
func readingOf(k kpi.KPI, targets []plan.Target) reading {
	measure := ""
	for i, t := range targets {
		if i > 0 && t.Unit != measure {
			measure = ""
			break
		}
		measure = t.Unit
	}
	if r, ok := measures[measure]; ok {
		return r
	}
	if r, ok := readings[k.Unit]; ok {
		return r
	}
	// A unit that nobody has given words to is read as it is written.
	return measured(1, 2, string(k.Unit), string(k.Unit))
}

// scaled is PromQL for the figure of expr as it is read.
func (r reading) scaled(expr string) string {
	if r.per == 1 {
		return expr
	}
	return expr + " / " + strconv.FormatFloat(r.per, 'g', -1, 64)
}

// groups is how often thousands are set apart: as far as a thousand million.
func (r reading) groups() int {
	if r.large {
		return 3
	}
	return 0
}

var thousands = regexp.MustCompile(`^(-?[0-9]+)([0-9]{3})`)

// number is the figure, in the KPI's unit, as people read it.
func (r reading) number(l language, value float64) string {
	text := strconv.FormatFloat(value/r.per, 'f', r.decimals, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	text = strings.Replace(text, ".", l.decimal, 1)
	for range r.groups() {
		text = thousands.ReplaceAllString(text, "${1}"+l.thousands+"$2")
	}
	return text
}

// short is the figure with its sign, where it has one.
func (r reading) short(l language, value float64) string {
	if !r.sign {
		return r.number(l, value)
	}
	return r.text(l, value)
}

// text is the figure with its word or sign.
func (r reading) text(l language, value float64) string {
	word := l.of(r.many)
	if value/r.per == 1 {
		word = l.of(r.one)
	}
	return r.number(l, value) + " " + word
}

// numberTemplate is the body of a template, in Prometheus' own functions,
// that writes as number does; its dot is the figure as scaled.
func (r reading) numberTemplate(l language) string {
	var b strings.Builder
	fmt.Fprintf(&b, "printf `%%.%df` .", r.decimals)
	if r.decimals > 0 {
		b.WriteString(" | reReplaceAll `[.]?0+$` ``")
	}
	if l.decimal != "." && r.decimals > 0 {
		fmt.Fprintf(&b, " | reReplaceAll `[.]` `%s`", l.decimal)
	}
	for range r.groups() {
		fmt.Fprintf(&b, " | reReplaceAll `%s` `${1}%s$2`", thousands, l.thousands)
	}
	return "{{ " + b.String() + " }}"
}

// define is a template of the name that writes as text does, or as short.
func (r reading) define(name string, l language, short bool) string {
	body := r.numberTemplate(l)
	if !short || r.sign {
		one, many := l.of(r.one), l.of(r.many)
		body += " " + many
		if one != many {
			body = strings.TrimSuffix(body, many) + "{{ if eq . 1.0 }}" + one + "{{ else }}" + many + "{{ end }}"
		}
	}
	return "{{ define `" + name + "` }}" + body + "{{ end }}"
}
