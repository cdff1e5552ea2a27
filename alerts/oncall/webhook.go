package oncall

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"planwatch/internal/yamlfile"
)

// Webhook is a URL in a file, and what is sent there.
type Webhook struct {
	Hook `yaml:",inline"`
	// File with a template named for the receiver that gives what {address} stands for, such as a telephone number: {{ define "address.ID" }}+46701234567{{ end }}.
	AddressFile string `yaml:"address_file,omitempty"`
	// What is sent, as an object of JSON: names and texts, in which {sms} stands for the message as one text message and {address} for the address. Left out, it is Alertmanager's own JSON. An Alertmanager of the region's own must be 0.34 or later for it.
	Payload map[string]string `yaml:"payload,omitempty"`
}

// The placeholders of a payload.
const (
	PlaceSMS     = "{sms}"
	PlaceAddress = "{address}"
)

var places = strings.NewReplacer(PlaceSMS, "", PlaceAddress, "")

func (w Webhook) validate(f *yamlfile.Faults) {
	addressed := false
	for _, name := range slices.Sorted(maps.Keys(w.Payload)) {
		text := w.Payload[name]
		if name == "" || strings.ContainsFunc(name+text, func(r rune) bool { return !unicode.IsPrint(r) }) {
			f.Add(".payload", "payload: %q: %q: not a name and a text of one line each", name, text)
		}
		if strings.ContainsAny(places.Replace(text), "{}") {
			f.Add(".payload", "payload: %s: %q has a brace that is neither of %s and %s", name, text, PlaceSMS, PlaceAddress)
		}
		addressed = addressed || strings.Contains(text, PlaceAddress)
	}
	switch {
	case addressed && w.AddressFile == "":
		f.Add(".payload", "payload: %s, without an address_file to read it from", PlaceAddress)
	case w.AddressFile != "" && !addressed:
		f.Add(".address_file", "address_file: nothing in payload has %s", PlaceAddress)
	}
}
