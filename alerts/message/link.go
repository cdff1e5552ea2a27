package message

import (
	"fmt"
	"regexp"
	"strings"

	"planwatch/alerts/oncall"
	"planwatch/internal/naming"
)

// runbook is the template expression of an alert's runbook. The annotation has
// the address in the region's first language, whose suffix is "".
func runbook(suffix string) string {
	address := ".Annotations." + naming.AnnotationRunbook
	if suffix == "" {
		return address
	}
	name := ".Labels." + naming.LabelAlertName
	return fmt.Sprintf("reReplaceAll %s (print %q %s) %s", name, suffix+"/", name, address)
}

// dashboard is the template expression of a dashboard's address. Its dot is
// the annotation, which has the address in the region's first language.
func dashboard(links oncall.Links, suffix string) string {
	before, after, found := strings.Cut(links.Dashboard, "{dashboard}")
	if suffix == "" || !found {
		return "."
	}
	literal := func(text string) string { return strings.ReplaceAll(text, "$", "$$") }
	return fmt.Sprintf("reReplaceAll %q %q .", "^"+regexp.QuoteMeta(before)+"(.*)"+regexp.QuoteMeta(after)+"$",
		literal(before)+"${1}-"+suffix+literal(after))
}
