package message

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"planwatch/alerts/oncall"
	"planwatch/config"
	"planwatch/internal/naming"
)

// runbook is the template expression of an alert's runbook. The annotation has
// the address in the region's first language, whose suffix is "".
func runbook(region *config.Region, suffix string) string {
	address := ".Annotations." + naming.AnnotationRunbook
	switch {
	case suffix == "":
		return address
	case !region.HasRunbookAddress():
		return fmt.Sprintf("reReplaceAll %q %q %s", "(.)$", "${1}?"+config.LanguageQuery+"="+url.QueryEscape(suffix), address)
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
