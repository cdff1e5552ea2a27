package unit_test

import (
	"testing"
	"testing/fstest"

	"planwatch/internal/regiontest"
	"planwatch/internal/unit"
)

func TestLoadRefuses(t *testing.T) {
	const kr = `{sv: kr, en: SEK}`
	tests := []struct{ name, file, want string }{
		{"an empty file", "\n", "units.yaml: the file is empty"},
		{"no units", "units: []\n", "units.yaml:1: units: missing; give at least one"},
		{"a key that there is not", "units:\n  - unit: sek\n    names: []\n", `units.yaml:3: unknown field "names"`},
		{"a unit without a name", "units:\n  - measures: [{measure: kr, word: " + kr + "}]\n", `units.yaml:2: unit: "" is not a name of lower-case words joined by underscores`},
		{"a unit with another kind of name", "units:\n  - unit: SEK\n    measures: [{measure: kr, word: " + kr + "}]\n", `units.yaml:2: unit: "SEK" is not a name of lower-case words joined by underscores`},
		{"a unit twice", "units:\n  - unit: sek\n    measures: [{measure: kr, word: " + kr + "}]\n  - unit: sek\n    measures: [{measure: tkr, word: " + kr + "}]\n", "units.yaml:4: unit sek: another unit has the same name"},
		{"no measures", "units:\n  - unit: sek\n", "units.yaml:2: unit sek: measures: missing; say what the unit is read in"},
		{"a measure with another kind of name", "units:\n  - unit: sek\n    measures: [{measure: Kronor, word: " + kr + "}]\n", `units.yaml:3: unit sek: measure Kronor: "Kronor" is not a name of lower-case words joined by underscores`},
		{"a measure of two units", "units:\n  - unit: sek\n    measures: [{measure: kr, word: " + kr + "}]\n  - unit: nok\n    measures: [{measure: kr, word: " + kr + "}]\n", "units.yaml:5: unit nok: measure kr: sek has a measure of that name already"},
		{"a factor of nothing", "units:\n  - unit: sek\n    measures:\n      - {measure: kr, word: " + kr + "}\n      - measure: tkr\n        factor: 0\n        word: " + kr + "\n", "units.yaml:6: unit sek: measure tkr: factor: 0 is not above zero"},
		{"a factor that is no number", "units:\n  - unit: sek\n    measures:\n      - measure: tkr\n        factor: 1e3\n        word: " + kr + "\n", `units.yaml:5: "1e3" is not a number such as 870.4 or -65`},
		{"too many decimals", "units:\n  - unit: sek\n    measures:\n      - measure: kr\n        decimals: 7\n        word: " + kr + "\n", "units.yaml:5: unit sek: measure kr: decimals: 7 is not from 0 to 6"},
		{"a size below zero", "units:\n  - unit: sek\n    measures:\n      - measure: kr\n        from: -1\n        word: " + kr + "\n", "units.yaml:5: unit sek: measure kr: from: -1 is below zero; it is a size without its sign"},
		{"two measures of one size", "units:\n  - unit: sek\n    measures:\n      - {measure: kr, from: 0, word: " + kr + "}\n      - {measure: tkr, factor: 1000, from: 0, word: " + kr + "}\n", "units.yaml:5: unit sek: measure tkr: from: 0 is that of kr too; figures cannot be told in both"},
		{"a difference that is no measure", "units:\n  - unit: ratio\n    measures:\n      - {measure: percent, factor: 0.01, percent: true, difference: points}\n", `units.yaml:4: unit ratio: measure percent: difference: "points" is not a measure of ratio; write ratio, percent`},
		{"percent that are no hundredths", "units:\n  - unit: ratio\n    measures:\n      - {measure: percent, percent: true}\n", "units.yaml:4: unit ratio: measure percent: factor: 1; that of percent is 0.01"},
		{"a word for percent", "units:\n  - unit: ratio\n    measures:\n      - {measure: percent, factor: 0.01, percent: true, word: {sv: procent, en: percent}}\n", "units.yaml:4: unit ratio: measure percent: word: the language says how percentages are written; leave it out"},
		{"no word", "units:\n  - unit: sek\n    measures:\n      - {measure: kr}\n", "units.yaml:4: unit sek: measure kr: word: missing in sv\nunits.yaml:4: unit sek: measure kr: word: missing in en"},
		{"a word in one language only", "units:\n  - unit: sek\n    measures:\n      - {measure: kr, word: {sv: kr}}\n", "units.yaml:4: unit sek: measure kr: word: missing in en"},
		{"no form for other numbers", "units:\n  - unit: beds\n    measures:\n      - {measure: beds, word: {sv: {other: vårdplatser}, en: {one: bed}}}\n", "units.yaml:4: unit beds: measure beds: word: missing in en"},
		{"a word of two lines", "units:\n  - unit: sek\n    measures:\n      - measure: kr\n        word:\n          sv: kr\n          en: \"k\\nr\"\n", "units.yaml:7: unit sek: measure kr: word: en: has a line break; write it on one line, or fold it with >-"},
		{"a plural form that there is not", "units:\n  - unit: beds\n    measures:\n      - measure: beds\n        word:\n          sv: {single: vårdplats, other: vårdplatser}\n          en: {other: beds}\n", `units.yaml:6: "single" is not a plural form: zero, one, two, few, many or other`},
		{"plural forms in one language only", "units:\n  - unit: beds\n    measures:\n      - {measure: beds, word: {sv: vårdplatser, en: {one: bed, other: beds}}}\n", "units.yaml:4: unit beds: measure beds: word: give plural forms in every language or in none; a word that does not change has the form other alone"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := unit.Load(fstest.MapFS{unit.File: &fstest.MapFile{Data: []byte(tt.file)}}, regiontest.Languages(t))
			if err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
	t.Run("no file", func(t *testing.T) {
		if _, err := unit.Load(fstest.MapFS{}, regiontest.Languages(t)); err == nil || err.Error() != "units.yaml: missing; a region has this file with the units of its figures, as planwatch init writes it" {
			t.Errorf("got %v", err)
		}
	})
}
