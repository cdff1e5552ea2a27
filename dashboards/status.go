package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"planwatch/internal/language"
	"planwatch/internal/naming"
)

// Colour-blind people can tell these colours apart. A colour is never used
// without a text and a symbol.
const (
	blue   = "#3274D9"
	orange = "#FF9830"
	red    = "#C4162A"
	grey   = "#8E8E8E"
	// Those of statuses that nobody has to act on.
	paleBlue = "#8AB8FF"
	paleGrey = "#C7D0D9"
	ink      = "text"
)

// state is how one value of the plan's status is shown.
type state struct {
	value string
	// text is the key of the message for one target, and several for a count of
	// targets.
	text, several string
	color         string
}

// states are in order of urgency.
var states = []state{
	{"3", "■ Critical", "■ Critical (several)", red},
	{"2", "▲ Warning", "▲ Warnings", orange},
	{"1", "≈ Within tolerance", "≈ Within tolerance", paleBlue},
	{"0", "✓ On plan", "✓ On plan", blue},
	{"-1", "? Unknown", "? Unknown (several)", grey},
	{"-2", "… Too early", "… Too early", paleGrey},
}

// offPlan selects the statuses that an alert tells of.
const offPlan = "> 1"

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
func statusMappings(l *language.Language) []dashboard.ValueMapping {
	var all []mapping
	for _, s := range states {
		all = append(all, mapping{s.value, l.Say(s.text), s.color})
	}
	return mappings(all...)
}

// severityMappings show an alert's severity like the status of that name.
func severityMappings(l *language.Language) []dashboard.ValueMapping {
	return mappings(
		mapping{naming.SeverityCritical, l.Say(states[0].text), red},
		mapping{naming.SeverityWarning, l.Say(states[1].text), orange},
		mapping{naming.SeverityNone, l.Say("· Heartbeat"), grey},
		mapping{naming.SeverityInfo, l.Say("· Info"), grey},
	)
}

// wellMappings show 1 as good and 0 as bad.
func wellMappings(well, ill string) []dashboard.ValueMapping {
	return mappings(mapping{"1", "✓ " + well, blue}, mapping{"0", "■ " + ill, red})
}
