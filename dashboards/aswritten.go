package dashboards

import "regexp"

// joiner is WORD JOINER, which has no width.
const joiner = "\u2060"

// taken are the beginnings of what Grafana takes for its own in titles,
// descriptions and legends: $variable, ${variable}, [[variable]], {{label}}.
var taken = regexp.MustCompile(`\$[{\w]|\[\[|\{\{`)

// asWritten returns a region's text so that Grafana shows it as it is written.
// Grafana has no way to escape, so a character that nobody sees parts what it
// would look for.
func asWritten(text string) string {
	for {
		at := taken.FindStringIndex(text)
		if at == nil {
			return text
		}
		text = text[:at[0]+1] + joiner + text[at[0]+1:]
	}
}
