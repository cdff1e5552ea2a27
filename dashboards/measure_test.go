package dashboards

import "testing"

func TestInMeasure(t *testing.T) {
	tests := []struct {
		name, unit, measure string
		shown, scaled       string
		decimals            int // -1: Grafana decides
	}{
		{"a share", "ratio", "", "locale", "(x) / 0.01", 2},
		{"a duration", "seconds", "", "locale", "(x) / 604800", 1},
		{"the base unit itself", "gbp", "", "locale", "x", 0},
		{"thousands", "gbp", "thousands", "locale", "(x) / 1000", 3},
		{"things that are counted", "appointments", "", "locale", "x", 0},
	}
	region := highland(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			base, err := region.Units.Get(tt.unit)
			if err != nil {
				t.Fatal(err)
			}
			m, err := base.Measure(tt.measure)
			if err != nil {
				t.Fatal(err)
			}
			panel, err := inMeasure(newStat("title", "description"), m).Build()
			if err != nil {
				t.Fatal(err)
			}
			shown := panel.FieldConfig.Defaults
			decimals := -1
			if shown.Decimals != nil {
				decimals = int(*shown.Decimals)
			}
			if *shown.Unit != tt.shown || scaled(m, "x") != tt.scaled || decimals != tt.decimals {
				t.Errorf("unit %q, %s, %d decimals; want %q, %s, %d", *shown.Unit, scaled(m, "x"), decimals, tt.shown, tt.scaled, tt.decimals)
			}
		})
	}
}

// Every measure of the built-in region is shown in a unit of Grafana's, and has a word.
func TestEveryMeasureIsShown(t *testing.T) {
	region := builtin(t)
	for _, u := range region.Units.Units {
		for _, m := range u.Measures {
			for _, l := range region.Languages.All() {
				if grafanaUnit(m) == "" || m.Heading(l) == "" {
					t.Errorf("unit %s: measure %s: no unit or no word in %s", u.Name, m.Name, l.Code())
				}
			}
		}
	}
}
