package unit_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"planwatch/internal/decimal"
	"planwatch/internal/language"
	"planwatch/internal/regiontest"
	"planwatch/internal/unit"
)

// units are those of a region in Sweden, with a word in Polish for its beds.
const units = `units:
  - unit: ratio
    measures:
      - {measure: percent, factor: 0.01, decimals: 1, from: 0.02, percent: true, difference: percentage_points}
      - {measure: small_percent, factor: 0.01, decimals: 2, from: 0, percent: true}
      - {measure: percentage_points, factor: 0.01, decimals: 1, word: {sv: procentenheter, en: percentage points, pl: punkty procentowe}}
  - unit: seconds
    measures:
      - {measure: days, factor: 86400, decimals: 1, from: 172800, word: {sv: dagar, en: days, pl: dni}}
      - {measure: hours, factor: 3600, decimals: 1, from: 7200, word: {sv: tim, en: h, pl: godz.}}
      - {measure: minutes, factor: 60, from: 120, word: {sv: min, en: min, pl: min}}
      - {measure: seconds, from: 0, word: {sv: s, en: s, pl: s}}
      - {measure: weeks, factor: 604800, decimals: 1, word: {sv: veckor, en: weeks, pl: tygodni}}
  - unit: joules
    measures:
      - {measure: mwh, factor: 3600000000, from: 3600000000, word: {sv: MWh, en: MWh, pl: MWh}}
  - unit: sek
    measures:
      - {measure: mnkr, factor: 1000000, decimals: 1, from: 1000000, word: {sv: mnkr, en: MSEK, pl: mln SEK}}
      - {measure: tkr, factor: 1000, from: 10000, word: {sv: tkr, en: TSEK, pl: tys. SEK}}
      - {measure: kr, from: 0, word: {sv: kr, en: SEK, pl: SEK}}
  - unit: beds
    measures:
      - measure: beds
        decimals: 1
        word:
          sv: {one: vårdplats, other: vårdplatser}
          en: {one: bed, other: beds}
          pl: {one: łóżko, few: łóżka, many: łóżek, other: łóżka}
`

// loaded are those units, and the languages of their words.
func loaded(tb testing.TB) (*unit.Set, *language.Set) {
	tb.Helper()
	languages, err := language.NewSet(fstest.MapFS{"texts/pl/all.yaml": regiontest.Texts(tb, "polski", nil)}, []string{"sv", "en", "pl"})
	if err != nil {
		tb.Fatal(err)
	}
	set, err := unit.Load(fstest.MapFS{unit.File: &fstest.MapFile{Data: []byte(units)}}, languages)
	if err != nil {
		tb.Fatal(err)
	}
	return set, languages
}

func get(tb testing.TB, set *unit.Set, name string) unit.Unit {
	tb.Helper()
	u, err := set.Get(name)
	if err != nil {
		tb.Fatal(err)
	}
	return u
}

func measure(tb testing.TB, set *unit.Set, name string) unit.Measure {
	tb.Helper()
	m, ok := set.Measure(name)
	if !ok {
		tb.Fatalf("no measure %s", name)
	}
	return m
}

// A figure is told in the measure that suits the largest of its row.
func TestFigure(t *testing.T) {
	set, languages := loaded(t)
	sv, en := languages.All()[0], languages.All()[1]
	tests := []struct {
		name, unit     string
		value, largest float64
		sv, en         string
	}{
		{"things", "beds", 38, 38, "38", "38"},
		{"thousands of things", "beds", 9498, 9498, "9\u00a0498", "9,498"},
		{"thousands of things and a part", "beds", 9498.4, 9498.4, "9\u00a0498", "9,498"},
		{"a part of a thing", "beds", 63.64, 63.64, "63,6", "63.6"},
		{"a share", "ratio", 0.074, 0.074, "7,4\u00a0%", "7.4%"},
		{"a small share", "ratio", 0.00996, 0.00996, "1,00\u00a0%", "1.00%"},
		{"a small share beside a large one", "ratio", 0.00996, 0.5, "1,0\u00a0%", "1.0%"},
		{"a loss", "sek", -230e6, -230e6, "\u2212230,0\u00a0mnkr", "-230.0\u00a0MSEK"},
		{"millions", "sek", 1234.5e6, 1234.5e6, "1\u00a0234,5\u00a0mnkr", "1,234.5\u00a0MSEK"},
		{"thousands", "sek", 180e3, 180e3, "180\u00a0tkr", "180\u00a0TSEK"},
		{"thousands beside millions", "sek", 180e3, 9.4e6, "0,2\u00a0mnkr", "0.2\u00a0MSEK"},
		{"crowns", "sek", 0, 0, "0\u00a0kr", "0\u00a0SEK"},
		{"days", "seconds", 40.2 * 86400, 40.2 * 86400, "40,2\u00a0dagar", "40.2\u00a0days"},
		{"hours", "seconds", 4 * 3600, 4 * 3600, "4,0\u00a0tim", "4.0\u00a0h"},
		{"minutes", "seconds", 1500, 1500, "25\u00a0min", "25\u00a0min"},
		{"seconds", "seconds", 12, 12, "12\u00a0s", "12\u00a0s"},
		{"energy", "joules", 14539 * 3.6e9, 14539 * 3.6e9, "14\u00a0539\u00a0MWh", "14,539\u00a0MWh"},
		{"less than the smallest measure that suits", "joules", 1.8e9, 1.8e9, "0\u00a0MWh", "0\u00a0MWh"},
		{"a rounded zero has no sign", "ratio", -0.00001, 0.5, "0,0\u00a0%", "0.0%"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := get(t, set, tt.unit).Suited(tt.largest)
			if got := m.Figure(sv, tt.value); got != tt.sv {
				t.Errorf("sv: %q, want %q", got, tt.sv)
			}
			if got := m.Figure(en, tt.value); got != tt.en {
				t.Errorf("en: %q, want %q", got, tt.en)
			}
		})
	}
}

func TestPhrase(t *testing.T) {
	set, languages := loaded(t)
	tests := []struct {
		name, language, measure string
		value                   float64
		want                    string
	}{
		{"one", "sv", "beds", 1, "1\u00a0vårdplats"},
		{"several", "sv", "beds", 38, "38\u00a0vårdplatser"},
		{"a part", "en", "beds", 1.5, "1.5\u00a0beds"},
		{"what is written as one", "en", "beds", 1.04, "1\u00a0bed"},
		{"none", "en", "beds", 0, "0\u00a0beds"},
		{"one in Polish", "pl", "beds", 1, "1\u00a0łóżko"},
		{"few in Polish", "pl", "beds", 34, "34\u00a0łóżka"},
		{"many in Polish", "pl", "beds", 38, "38\u00a0łóżek"},
		{"a part in Polish", "pl", "beds", 0.5, "0,5\u00a0łóżka"},
		{"a text that does not change", "pl", "mnkr", 3e6, "3\u00a0mln SEK"},
		{"a share", "sv", "percent", 0.9, "90\u00a0%"},
		{"a share in English", "en", "percent", 0.905, "90.5%"},
		{"percentage points", "en", "percentage_points", 0.025, "2.5\u00a0percentage points"},
		{"a loss", "sv", "mnkr", -230e6, "\u2212230\u00a0mnkr"},
		{"weeks, which no size suits", "sv", "weeks", 604800, "1\u00a0veckor"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, err := languages.Get(tt.language)
			if err != nil {
				t.Fatal(err)
			}
			m := measure(t, set, tt.measure)
			if got := m.Phrase(l, tt.value); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if got := m.PhraseOf(l, m.In(tt.value)); got != tt.want {
				t.Errorf("of a value in the measure: %q, want %q", got, tt.want)
			}
		})
	}
}

func TestMeasures(t *testing.T) {
	set, languages := loaded(t)
	sv := languages.First()
	beds, mnkr := measure(t, set, "beds"), measure(t, set, "mnkr")
	if !beds.Counts() || mnkr.Counts() || measure(t, set, "percent").Counts() {
		t.Error("beds are counted, money and shares are not")
	}
	if got := beds.ShortPhraseOf(sv, 38); got != "38" {
		t.Errorf("short: %q", got)
	}
	if got := mnkr.ShortPhraseOf(sv, 38); got != "38\u00a0mnkr" {
		t.Errorf("short: %q", got)
	}
	if got := beds.Suffix(sv); got != "vårdplatser" {
		t.Errorf("suffix %q", got)
	}
	if got := mnkr.Suffix(sv); got != "mnkr" {
		t.Errorf("suffix %q", got)
	}
	if got := beds.Forms(sv); len(got) != 2 || got[language.One] != "vårdplats" || got[language.Other] != "vårdplatser" {
		t.Errorf("forms %v", got)
	}
	if got := mnkr.Number(sv, 1234.5e6); got != "1\u00a0234,5" {
		t.Errorf("number %q", got)
	}
	seconds := get(t, set, "seconds")
	if got := seconds.Usual().Name; got != "days" {
		t.Errorf("usual: %s", got)
	}
	if m, err := seconds.Measure("hours"); err != nil || m.Per() != 3600 {
		t.Errorf("hours: %v, %v", m.Per(), err)
	}
	if m, err := seconds.Measure(""); err != nil || m.Name != "days" {
		t.Errorf("no name: %s, %v", m.Name, err)
	}
	if _, err := seconds.Measure("mnkr"); err == nil || err.Error() != `"mnkr" is not a measure of seconds; write seconds, days, hours, minutes, weeks` {
		t.Errorf("got %v", err)
	}
	if _, err := set.Get("miles"); err == nil || err.Error() != `"miles" is not a unit in units.yaml; there are beds, joules, ratio, seconds, sek` {
		t.Errorf("got %v", err)
	}
	if got := set.Names(); !slices.IsSorted(got) || len(got) != 5 {
		t.Errorf("names %v", got)
	}
}

func TestConvert(t *testing.T) {
	set, _ := loaded(t)
	tests := []struct{ value, from, to, want string }{
		{"870.4", "mnkr", "sek", "870400000"},
		{"579100000", "sek", "mnkr", "579.1"},
		{"90", "percent", "ratio", "0.9"},
		{"36", "hours", "days", "1.5"},
		{"45.0", "beds", "beds", "45.0"},
		{"1", "unheard_of", "unheard_of", "1"},
		{"1", "beds", "mnkr", `"beds" cannot be converted to "mnkr"`},
		{"1", "unheard_of", "beds", `"unheard_of" cannot be converted to "beds"`},
	}
	for _, tt := range tests {
		value, err := decimal.Parse(tt.value)
		if err != nil {
			t.Fatal(err)
		}
		converted, err := set.Convert(value, tt.from, tt.to)
		got := converted.String()
		if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s %s in %s: got %s, want %s", tt.value, tt.from, tt.to, got, tt.want)
		}
	}
}

func TestFactor(t *testing.T) {
	set, _ := loaded(t)
	for name, want := range map[string]string{"": "1", "sek": "1", "mnkr": "1000000", "kr": "1"} {
		if got, err := get(t, set, "sek").Factor(name); err != nil || got.String() != want {
			t.Errorf("%q: %s, %v", name, got, err)
		}
	}
	if _, err := get(t, set, "sek").Factor("days"); err == nil {
		t.Error("a factor of another unit's measure")
	}
}

func FuzzFigure(f *testing.F) {
	set, languages := loaded(f)
	f.Add(1234.5e6, "sek")
	f.Add(math.Copysign(0, -1), "ratio")
	f.Add(5e-324, "seconds")
	f.Fuzz(func(t *testing.T, value float64, name string) {
		u, err := set.Get(name)
		if err != nil || math.IsNaN(value) || math.IsInf(value, 0) {
			return
		}
		for _, l := range languages.All() {
			m := u.Suited(value)
			for _, got := range []string{m.Figure(l, value), m.Phrase(l, value)} {
				if got == "" || !utf8.ValidString(got) || strings.Contains(got, "NaN") || strings.Contains(got, "∞") {
					t.Errorf("%v %s is %q", value, name, got)
				}
			}
		}
	})
}
