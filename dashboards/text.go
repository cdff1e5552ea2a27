package dashboards

import "strings"

// placeholders are what Grafana puts a series' labels in, side by side.
func placeholders(labels []string) string {
	if len(labels) == 0 {
		return ""
	}
	return "{{" + strings.Join(labels, "}} {{") + "}}"
}

// oneLine folds white space, as YAML's folded texts leave line breaks.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
