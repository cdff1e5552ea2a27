package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"planwatch/plan"
)

// The colours are told apart by people who are colour-blind, and never stand
// alone: a text and a symbol come first.
const (
	blue   = "#3274D9"
	orange = "#FF9830"
	red    = "#C4162A"
	grey   = "#8E8E8E"
	ink    = "text"
)

// state is one value of plan_status as people read it.
type state struct {
	value  string
	text   func(language) string
	plural func(language) string
	color  string
}

// states are in order of how much they want to be seen.
var states = []state{
	{"2", words("■ Kritisk", "■ Critical"), words("■ Kritiska", "■ Critical"), red},
	{"1", words("▲ Varning", "▲ Warning"), words("▲ Varningar", "▲ Warnings"), orange},
	{"0", words("✓ Enligt plan", "✓ On plan"), words("✓ Enligt plan", "✓ On plan"), blue},
	{"-1", words("? Okänd", "? Unknown"), words("? Okända", "? Unknown"), grey},
}

func words(sv, en string) func(language) string {
	return func(l language) string { return l.say(sv, en) }
}

// mapping is a value mapping, in the order of its pairs.
type mapping struct{ value, text, color string }

func mappings(all ...mapping) []dashboard.ValueMapping {
	options := map[string]dashboard.ValueMappingResult{}
	for i, m := range all {
		result := dashboard.ValueMappingResult{Text: &m.text, Index: new(int32(i))}
		if m.color != "" {
			result.Color = &m.color
		}
		options[m.value] = result
	}
	return []dashboard.ValueMapping{{ValueMap: &dashboard.ValueMap{Type: "value", Options: options}}}
}

// statusMappings show plan_status as text, symbol and colour.
func statusMappings(l language) []dashboard.ValueMapping {
	var all []mapping
	for _, s := range states {
		all = append(all, mapping{s.value, s.text(l), s.color})
	}
	return mappings(all...)
}

// severityMappings show an alert's severity like the status it comes from.
func severityMappings(l language) []dashboard.ValueMapping {
	return mappings(
		mapping{plan.SeverityCritical, states[0].text(l), red},
		mapping{plan.SeverityWarning, states[1].text(l), orange},
		mapping{"none", l.say("· Livstecken", "· Heartbeat"), grey},
		mapping{"info", "· Info", grey},
	)
}

// wellMappings show 1 as well and 0 as not.
func wellMappings(well, ill string) []dashboard.ValueMapping {
	return mappings(mapping{"1", "✓ " + well, blue}, mapping{"0", "■ " + ill, red})
}
