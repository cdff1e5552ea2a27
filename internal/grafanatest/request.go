package grafanatest

import (
	"cmp"
	"encoding/json"
	"time"
)

// All is the value of a variable for which All is chosen.
const All = "$__all"

// Request is a panel, the answers to its queries, and what the reader has
// chosen.
type Request struct {
	Panel   json.RawMessage            // of a dashboard in schema v1
	Answers map[string]json.RawMessage // by refId: the "data" of the answer of Prometheus' API
	// Variables are the dashboard's, with the values that are chosen.
	Variables map[string][]string
	From, To  time.Time // the time range
	TimeZone  string    // such as "Europe/Stockholm"; "utc" if empty
	Theme     string    // "dark" or "light"; dark if empty
	Locale    string    // the browser's language, "sv" or "en"; "en" if empty
}

// message is the request as render.mjs reads it.
type message struct {
	Panel   json.RawMessage            `json:"panel"`
	Answers map[string]json.RawMessage `json:"answers"`
	Context choices                    `json:"context"`
}

type choices struct {
	Variables map[string]any `json:"variables"`
	From      int64          `json:"from"` // in milliseconds
	To        int64          `json:"to"`
	TimeZone  string         `json:"timeZone"`
	Theme     string         `json:"theme"`
	Locale    string         `json:"locale"`
}

func (r Request) message() message {
	variables := map[string]any{}
	for name, values := range r.Variables {
		// A variable with one value is not a list.
		if len(values) == 1 {
			variables[name] = values[0]
		} else {
			variables[name] = append([]string{}, values...)
		}
	}
	answers := r.Answers
	if answers == nil {
		answers = map[string]json.RawMessage{}
	}
	return message{
		Panel:   r.Panel,
		Answers: answers,
		Context: choices{
			Variables: variables,
			From:      r.From.UnixMilli(),
			To:        r.To.UnixMilli(),
			TimeZone:  cmp.Or(r.TimeZone, "utc"),
			Theme:     cmp.Or(r.Theme, "dark"),
			Locale:    cmp.Or(r.Locale, "en"),
		},
	}
}
