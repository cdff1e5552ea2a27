package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"planwatch/internal/language"
	"planwatch/internal/naming"
)

// The colours of statuses. Colour-blind people can tell them apart, and none is used
// without a text and a symbol. All but red are light: Grafana writes upon them in dark.
const (
	red        = "#C4162A"
	orange     = "#FFB357"
	paleOrange = "#FFE3BF"
	paleBlue   = "#A3C9FF"
	grey       = "#C7C7C7"
	paleGrey   = "#E3E3E3"
)

// Colours of figures, which are none of a status'.
const (
	// teal is that of a figure, and its shades those of its parts.
	teal = "#3E9C95"
	// ink is the colour of the theme's text.
	ink = "text"
	// noColor is none: the panel's own background, with text in ink.
	noColor = "transparent"
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
	{"-1", "? Unknown", "? Unknown (several)", grey},
	{"1", "≈ Within tolerance", "≈ Within tolerance", paleOrange},
	{"0", "✓ On plan", "✓ On plan", paleBlue},
	{"-2", "… Too early", "… Too early", paleGrey},
}

// tooEarly is the status before there is enough to judge.
const tooEarly = "-2"

// Selections of the statuses that an alert tells of, and of those that none does.
const (
	offPlan    = "> 1"
	notOffPlan = "<= 1"
)

// mapping is a value mapping, in the order of its pairs.
type mapping struct{ value, text, color string }

func mappings(all ...mapping) []dashboard.ValueMapping {
	options := map[string]dashboard.ValueMappingResult{}
	for i, m := range all {
		result := dashboard.ValueMappingResult{Text: &m.text, Index: new(int32(i))}
		if m.text == "" {
			result.Text = nil
		}
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
		mapping{naming.SeverityInfo, l.Say("· Info"), grey},
	)
}

// signalMappings show whether a change was more than chance.
func signalMappings(l *language.Language) []dashboard.ValueMapping {
	return mappings(
		mapping{"1", l.Say("↗ Better than usual"), ""},
		mapping{"-1", l.Say("↘ Worse than usual"), ""},
		mapping{"0", l.Say("→ As usual"), ""},
	)
}

// wellMappings show 1 as good and 0 as bad.
func wellMappings(well, ill string) []dashboard.ValueMapping {
	return mappings(mapping{"1", "✓ " + well, paleBlue}, mapping{"0", "■ " + ill, red})
}

// from colours a count by a threshold: none is no matter.
func from(least float64, color string) *dashboard.ThresholdsConfigBuilder {
	return dashboard.NewThresholdsConfigBuilder().Mode(dashboard.ThresholdsModeAbsolute).
		Steps([]dashboard.Threshold{{Color: noColor}, {Value: &least, Color: color}})
}

// byThreshold takes a panel's colours from its thresholds.
func byThreshold() *dashboard.FieldColorBuilder {
	return dashboard.NewFieldColorBuilder().Mode(dashboard.FieldColorModeIdThresholds)
}
