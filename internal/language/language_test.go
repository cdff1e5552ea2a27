package language_test

import (
	"testing"
	"testing/fstest"
	"time"

	"planwatch/internal/language"
	"planwatch/internal/regiontest"
)

// languages are Swedish, English, and two that planwatch does not ship.
func languages(t *testing.T) *language.Set {
	t.Helper()
	set, err := language.NewSet(fstest.MapFS{
		"texts/nb/all.yaml": regiontest.Texts(t, "norsk", map[string]string{
			"h": "t", "now": "nå", "Monday 2 January 2006, 15:04": "'Monday 2. January 2006 kl. 15:04'", "Tuesday": "tirsdag", "March": "mars",
		}),
		"texts/pl/all.yaml": regiontest.Texts(t, "polski", map[string]string{
			"%d more":     `{one: "%d inny", few: "%d inne", many: "%d innych", other: "%d innego"}`,
			"%d too old":  `{one: przestarzały, few: "%d przestarzałe", many: "%d przestarzałych", other: "%d przestarzałego"}`,
			"%d withheld": `"%d ukrytych"`,
		}),
	}, []string{"sv", "en", "nb", "pl"})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func get(t *testing.T, set *language.Set, code string) *language.Language {
	t.Helper()
	l, err := set.Get(code)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestNumbers(t *testing.T) {
	const nbsp, minus = "\u00a0", "\u2212"
	set := languages(t)
	tests := []struct {
		name       string
		write      func(*language.Language) string
		sv, en, nb string
	}{
		{"whole", func(l *language.Language) string { return l.Number(9498, 0) }, "9" + nbsp + "498", "9,498", "9" + nbsp + "498"},
		{"a count", func(l *language.Language) string { return l.Count(1234567) }, "1" + nbsp + "234" + nbsp + "567", "1,234,567", "1" + nbsp + "234" + nbsp + "567"},
		{"decimals", func(l *language.Language) string { return l.Number(1234.5, 2) }, "1" + nbsp + "234,50", "1,234.50", "1" + nbsp + "234,50"},
		{"below zero", func(l *language.Language) string { return l.Number(-230, 1) }, minus + "230,0", "-230.0", minus + "230,0"},
		{"a rounded zero has no sign", func(l *language.Language) string { return l.Number(-0.04, 1) }, "0,0", "0.0", "0,0"},
		{"short", func(l *language.Language) string { return l.ShortNumber(1234.5, 2) }, "1" + nbsp + "234,5", "1,234.5", "1" + nbsp + "234,5"},
		{"short and whole", func(l *language.Language) string { return l.ShortNumber(38.001, 2) }, "38", "38", "38"},
		{"a short rounded zero has no sign", func(l *language.Language) string { return l.ShortNumber(-0.001, 2) }, "0", "0", "0"},
		{"percent", func(l *language.Language) string { return l.Percent(0.074, 1) }, "7,4" + nbsp + "%", "7.4%", "7,4" + nbsp + "%"},
		{"percent below zero", func(l *language.Language) string { return l.Percent(-2.709, 1) }, minus + "270,9" + nbsp + "%", "-270.9%", minus + "270,9" + nbsp + "%"},
		{"a rounded zero percent has no sign", func(l *language.Language) string { return l.Percent(-0.0001, 1) }, "0,0" + nbsp + "%", "0.0%", "0,0" + nbsp + "%"},
		{"short percent", func(l *language.Language) string { return l.ShortPercent(0.9, 1) }, "90" + nbsp + "%", "90%", "90" + nbsp + "%"},
		{"a count in a message", func(l *language.Language) string { return l.Say("%d more", 1234) }, "1" + nbsp + "234 till", "1,234 more", "1" + nbsp + "234 more"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for code, want := range map[string]string{"sv": tt.sv, "en": tt.en, "nb": tt.nb} {
				if got := tt.write(get(t, set, code)); got != want {
					t.Errorf("%s: %q, want %q", code, got, want)
				}
			}
		})
	}
}

func TestAge(t *testing.T) {
	set := languages(t)
	tests := []struct {
		age        time.Duration
		sv, en, nb string
	}{
		{0, "nu", "now", "nå"},
		{59 * time.Second, "nu", "now", "nå"},
		{119 * time.Minute, "119\u00a0min", "119\u00a0min", "119\u00a0min"},
		{47*time.Hour + 59*time.Minute, "47\u00a0tim", "47\u00a0h", "47\u00a0t"},
		{1500 * 24 * time.Hour, "1\u00a0500\u00a0d", "1,500\u00a0d", "1\u00a0500\u00a0d"},
	}
	for _, tt := range tests {
		t.Run(tt.age.String(), func(t *testing.T) {
			for code, want := range map[string]string{"sv": tt.sv, "en": tt.en, "nb": tt.nb} {
				if got := get(t, set, code).Age(tt.age); got != want {
					t.Errorf("%s: %q, want %q", code, got, want)
				}
			}
		})
	}
}

func TestMoments(t *testing.T) {
	set := languages(t)
	sv, en, nb := get(t, set, "sv"), get(t, set, "en"), get(t, set, "nb")
	at := time.Date(2025, 3, 18, 8, 5, 0, 0, time.UTC)
	tests := []struct{ name, got, want string }{
		{"a moment", sv.Moment(at), "2025-03-18 08:05"},
		{"none", sv.Moment(time.Time{}), "–"},
		{"a heading in Swedish", sv.Heading(at), "tisdag 18 mars 2025 kl.\u00a008.05"},
		{"a heading in English", en.Heading(at), "Tuesday 18 March 2025, 08:05"},
		{"a heading in Norwegian", nb.Heading(at), "tirsdag 18. mars 2025 kl. 08:05"},
		{"it took no second", sv.Took(90 * time.Millisecond), "90\u00a0ms"},
		{"it took seconds", en.Took(31400 * time.Millisecond), "31\u00a0s"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.got != tt.want {
				t.Errorf("got %q, want %q", tt.got, tt.want)
			}
		})
	}
}

func TestPluralForm(t *testing.T) {
	set := languages(t)
	tests := []struct {
		code     string
		value    float64
		decimals int
		want     language.Form
	}{
		{"sv", 1, 1, language.One},
		{"sv", 0, 1, language.Other},
		{"sv", 1.5, 1, language.Other},
		{"en", 1, 0, language.One},
		{"en", -1, 0, language.One},
		{"en", 1.04, 1, language.One}, // written as 1
		{"en", 1.06, 1, language.Other},
		{"en", 21, 0, language.Other},
		{"pl", 1, 1, language.One},
		{"pl", 2, 1, language.Few},
		{"pl", 12, 1, language.Many},
		{"pl", 22, 1, language.Few},
		{"pl", 5, 1, language.Many},
		{"pl", 0.5, 1, language.Other},
	}
	for _, tt := range tests {
		if got := get(t, set, tt.code).PluralForm(tt.value, tt.decimals); got != tt.want {
			t.Errorf("%s: %v is %s, want %s", tt.code, tt.value, got, tt.want)
		}
	}
}

func TestSay(t *testing.T) {
	set := languages(t)
	tests := []struct {
		name, code string
		key        string
		args       []any
		want       string
	}{
		{"its own key in English", "en", "Whole region", nil, "Whole region"},
		{"a text of its own in English", "en", "Critical (several)", nil, "Critical"},
		{"where a figure stands before it", "en", "52 weeks earlier", nil, "of 52 weeks earlier"},
		{"Swedish", "sv", "Critical (several)", nil, "Kritiska"},
		{"an argument", "sv", "%s (mean)", []any{"Väntetid"}, "Väntetid (medelvärde)"},
		{"an argument in English", "en", "%s (mean)", []any{"Time waited"}, "Time waited (mean)"},
		{"an argument that looks like a verb", "sv", "%s (mean)", []any{"100 %d"}, "100 %d (medelvärde)"},
		{"one, in Polish", "pl", "%d more", []any{1}, "1 inny"},
		{"few, in Polish", "pl", "%d more", []any{3}, "3 inne"},
		{"many, in Polish", "pl", "%d more", []any{12}, "12 innych"},
		{"a form without its number", "pl", "%d too old", []any{1}, "przestarzały"},
		{"one text for all numbers", "pl", "%d withheld", []any{3}, "3 ukrytych"},
		{"a message that Swedish does not have", "sv", "Not translated", nil, "Not translated"},
		{"a message with arguments that Swedish does not have", "sv", "%s: %d of them", []any{"beds", 3}, "beds: 3 of them"},
		{"a percent sign", "sv", "100 % of it", nil, "100 % of it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := get(t, set, tt.code).Say(tt.key, tt.args...); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestOf(t *testing.T) {
	set := languages(t)
	tests := []struct {
		name, code string
		text       language.Text
		want       string
	}{
		{"the language", "sv", language.Text{"sv": "Vårdplatser", "en": "Beds"}, "Vårdplatser"},
		{"another, where it is missing", "nb", language.Text{"sv": "Vårdplatser", "en": "Beds"}, "Beds"},
		{"another, where it is empty", "sv", language.Text{"sv": "", "en": "Beds"}, "Beds"},
		{"none", "sv", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := get(t, set, tt.code).Of(tt.text); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestOneLine(t *testing.T) {
	if got, want := language.OneLine("  a\n b\t c\u00a0d "), "a b c d"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
