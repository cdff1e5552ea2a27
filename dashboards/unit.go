package dashboards

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"planwatch/internal/kpi"
)

// display is how a value in a base unit is shown: so many of it are one of
// what Grafana shows.
type display struct {
	per      float64
	unit     kpi.Text
	decimals float64
}

func suffix(sv, en string, per, decimals float64) display {
	return display{per, kpi.Text{SV: "suffix: " + sv, EN: "suffix: " + en}, decimals}
}

// measures are the ways in which each unit can be shown, the usual one first.
var measures = map[kpi.Unit][]struct {
	name string
	display
}{
	"ratio": {{"percent", display{1, kpi.Text{SV: "percentunit", EN: "percentunit"}, 1}}},
	"seconds": {
		{"days", suffix("dagar", "days", 86400, 1)}, {"hours", suffix("timmar", "hours", 3600, 1)}, {"minutes", suffix("minuter", "minutes", 60, 0)},
	},
	"seconds_per_bed": {{"hours", suffix("timmar per plats", "hours per bed", 3600, 1)}},
	"sek":             {{"mnkr", suffix("mnkr", "SEK m", 1e6, 1)}, {"tkr", suffix("tkr", "SEK k", 1e3, 0)}, {"kr", suffix("kr", "SEK", 1, 0)}},
	"joules":          {{"mwh", suffix("MWh", "MWh", 3.6e9, 0)}, {"kwh", suffix("kWh", "kWh", 3.6e6, 0)}},
	"grams":           {{"tonnes", suffix("ton", "tonnes", 1e6, 1)}, {"kg", suffix("kg", "kg", 1e3, 0)}},
	"metres":          {{"km", suffix("km", "km", 1e3, 0)}},
	"fte":             {{"fte", suffix("årsarbetare", "FTE", 1, 1)}},
	"beds":            {{"beds", suffix("platser", "beds", 1, 0)}},
	"wards":           {{"wards", suffix("avdelningar", "wards", 1, 0)}},
	"patients":        {{"patients", suffix("patienter", "patients", 1, 0)}},
	"patient_days":    {{"patient_days", suffix("vårddygn", "patient-days", 1, 0)}},
	"patients_per_gp": {{"patients_per_gp", suffix("listade per läkare", "patients per GP", 1, 0)}},
	"posts":           {{"posts", suffix("tjänster", "posts", 1, 0)}},
	"exams":           {{"exams", suffix("undersökningar", "exams", 1, 0)}},
	"visits":          {{"visits", suffix("besök", "visits", 1, 0)}},
	"operations":      {{"operations", suffix("operationer", "operations", 1, 0)}},
	"theatres":        {{"theatres", suffix("salar", "theatres", 1, 0)}},
	"cases":           {{"cases", suffix("fall", "cases", 1, 0)}},
	"births":          {{"births", suffix("förlossningar", "births", 1, 0)}},
	"reports":         {{"reports", suffix("anmälningar", "reports", 1, 0)}},
	"deviations":      {{"deviations", suffix("avvikelser", "deviations", 1, 0)}},
	"risks":           {{"risks", suffix("risker", "risks", 1, 0)}},
	"dialogues":       {{"dialogues", suffix("samtal", "dialogues", 1, 0)}},
	"prescriptions":   {{"prescriptions", suffix("recept", "prescriptions", 1, 0)}},
	"applicants":      {{"applicants", suffix("sökande", "applicants", 1, 0)}},
	"trainings":       {{"trainings", suffix("tillfällen", "occasions", 1, 0)}},
	"undertakings":    {{"undertakings", suffix("uppdrag", "undertakings", 1, 0)}},
	"scanners":        {{"scanners", suffix("apparater", "scanners", 1, 0)}},
}

// show is how values of the unit are shown in the named measure, or in the
// unit's usual one where the name is empty.
func show(unit kpi.Unit, measure string) (display, error) {
	ways := measures[unit]
	if len(ways) == 0 {
		return display{1, kpi.Text{SV: "short", EN: "short"}, 0}, fmt.Errorf("unit %s: not one of %v", unit, slices.Sorted(maps.Keys(measures)))
	}
	names := make([]string, len(ways))
	for i, way := range ways {
		if measure == "" || way.name == measure {
			return way.display, nil
		}
		names[i] = way.name
	}
	return ways[0].display, fmt.Errorf("%q is not a measure of %s; write %s", measure, unit, strings.Join(names, ", "))
}

// scale is the expression in what is shown.
func (d display) scale(expr string) string {
	if d.per == 1 {
		return expr
	}
	return fmt.Sprintf("(%s) / %.0f", expr, d.per)
}
