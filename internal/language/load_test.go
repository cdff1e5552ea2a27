package language_test

import (
	"fmt"
	"testing"
	"testing/fstest"

	"planwatch/internal/language"
)

// A region's own texts stand above those that planwatch ships.
func TestOwnTexts(t *testing.T) {
	set, err := language.NewSet(fstest.MapFS{
		"texts/sv/words.yaml": &fstest.MapFile{Data: []byte("messages:\n  Whole region: Hela länet\n")},
		"texts/sv/page.yaml":  &fstest.MapFile{Data: []byte("messages:\n  \"%d more\": {one: \"%d larm till\", other: \"%d fler larm\"}\n")},
	}, []string{"sv", "en"})
	if err != nil {
		t.Fatal(err)
	}
	sv, en := get(t, set, "sv"), get(t, set, "en")
	tests := []struct{ got, want string }{
		{sv.Say("Whole region"), "Hela länet"},
		{sv.Say("%d more", 1), "1 larm till"},
		{sv.Say("%d more", 2), "2 fler larm"},
		{sv.Say("no figure"), "siffra saknas"},
		{sv.Name(), "Svenska"},
		{en.Say("Whole region"), "Whole region"},
		{en.Say("%d more", 2), "2 more"},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestNewSetRefuses(t *testing.T) {
	keys, err := language.Keys()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, code string
		files      map[string]string
		want       string
	}{
		{"no language", "norrbotten", nil, `"norrbotten" is not the code of a language such as sv or en`},
		{"another spelling", "sv_SE", nil, `"sv_SE" is not the code of a language such as sv or en`},
		{"a language without texts", "de", nil, "planwatch has no messages in de: the region must have them in texts/de/*.yaml"},
		{
			"a language with a part of its texts", "de", map[string]string{"texts/de/some.yaml": "name: Deutsch\nmessages:\n  no figure: keine Zahl\n"},
			fmt.Sprintf("texts/de: %d of %d messages are missing, the first of them %q", len(keys)-1, len(keys), keys[0]),
		},
		{"a language without a name", "de", map[string]string{"texts/de/some.yaml": "messages:\n  no figure: keine Zahl\n"}, "texts/de: name: missing in every file; say what the language is called in itself"},
		{
			"messages that planwatch does not have", "sv", map[string]string{"texts/sv/own.yaml": "messages:\n  no figure: ingen\n  Hello: Hej\n  it's none, or 1.5: x\n"},
			"texts/sv/own.yaml:3: planwatch has no message \"Hello\"\n" + `texts/sv/own.yaml:4: planwatch has no message "it's none, or 1.5"`,
		},
		{"a message twice", "sv", map[string]string{"texts/sv/own.yaml": "messages:\n  no figure: ingen\n  no figure: saknas\n"}, `texts/sv/own.yaml:3: mapping key "no figure" already defined at [2:3]`},
		{
			"a message twice, in two files", "sv", map[string]string{"texts/sv/a.yaml": "messages: {no figure: ingen}\n", "texts/sv/b.yaml": "messages:\n  no figure: saknas\n"},
			`texts/sv/b.yaml:2: message "no figure": texts/sv/a.yaml has another text for it`,
		},
		{"a key that there is not", "sv", map[string]string{"texts/sv/own.yaml": "mesages: {no figure: ingen}\n"}, `texts/sv/own.yaml:1: unknown field "mesages"`},
		{"an empty text", "sv", map[string]string{"texts/sv/own.yaml": "messages:\n  no figure: \"\"\n"}, `texts/sv/own.yaml:2: message "no figure": the text is empty`},
		{
			"an argument less", "sv", map[string]string{"texts/sv/own.yaml": "messages:\n  better: bra\n  \"%d more\": några till\n"},
			`texts/sv/own.yaml:3: message "%d more": "några till" does not have the message's arguments: %[1]d`,
		},
		{
			"another argument", "sv", map[string]string{"texts/sv/own.yaml": "messages:\n  \"%d more\": \"%s till\"\n"},
			`texts/sv/own.yaml:2: message "%d more": "%s till" does not have the message's arguments: %[1]d`,
		},
		{
			"an argument too many", "sv", map[string]string{"texts/sv/own.yaml": "messages:\n  better: \"%s bättre\"\n"},
			`texts/sv/own.yaml:2: message "better": "%s bättre" does not have the message's arguments: none`,
		},
		{
			"a place that nothing fills", "sv", map[string]string{"texts/sv/own.yaml": "messages:\n  \"Now: {actual}.\": \"Utfall: {utfall}.\"\n"},
			`texts/sv/own.yaml:2: message "Now: {actual}.": "Utfall: {utfall}." has {utfall}, which the message does not have`,
		},
		{
			"a plural form that there is not", "sv", map[string]string{"texts/sv/own.yaml": "messages:\n  \"%d more\":\n    single: \"%d\"\n    other: \"%d\"\n"},
			`texts/sv/own.yaml:3: "single" is not a plural form: zero, one, two, few, many or other`,
		},
		{
			"no form for other numbers", "sv", map[string]string{"texts/sv/own.yaml": "messages:\n  \"%d more\": {one: \"%d\"}\n"},
			"texts/sv/own.yaml:2: other: missing; it is the form of every number that no other form is for",
		},
		{
			"plural forms without a number", "sv", map[string]string{"texts/sv/own.yaml": "messages:\n  better: {one: bra, other: bättre}\n"},
			`texts/sv/own.yaml:2: message "better": the message has no number to choose a plural form by; give one text`,
		},
		{"a list", "sv", map[string]string{"texts/sv/own.yaml": "messages:\n  better: [bra]\n"}, `texts/sv/own.yaml:2: "[" is not a text`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files := fstest.MapFS{}
			for name, text := range tt.files {
				files[name] = &fstest.MapFile{Data: []byte(text)}
			}
			_, err := language.NewSet(files, []string{tt.code})
			if err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}
