package dashboards

import (
	"fmt"
	"strings"

	"planwatch/internal/language"
)

// placeLabel is the label that place adds.
const placeLabel = "place_shown"

// mostLabels is how many labels one cell of a KPI has at most, that place can tell.
const mostLabels = 5

// placed adds a label with the values of a series' labels in words, "Länssjukvård 1,
// Sunderby"; of a series without any, that it is of the whole region. Grafana joins labels
// with blanks where one is empty, and shows nothing where all are.
func placed(vector string, labels []string, l *language.Language) string {
	const comma = ", "
	if len(labels) > 0 {
		quoted := make([]string, len(labels))
		for i, label := range labels {
			quoted[i] = `"` + label + `"`
		}
		vector = fmt.Sprintf(`label_join(%s, "%s", "%s", %s)`, vector, placeLabel, comma, strings.Join(quoted, comma))
		vector = labelled(vector, placeLabel, "$1", placeLabel, "(?:, )*(.*?)(?:, )*")
		for range min(mostLabels, len(labels)) - 2 {
			vector = labelled(vector, placeLabel, "$1, $2", placeLabel, "(.*?), (?:, )+(.*)")
		}
	}
	return labelled(vector, placeLabel, verbatim(l.Say("the whole region")), placeLabel, "")
}

// verbatim is a text that label_replace takes as it is.
func verbatim(text string) string { return strings.ReplaceAll(text, "$", "$$") }
