package routing

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	_ "time/tzdata"

	"planwatch/config"
	"planwatch/internal/naming"
)

// matches reports whether labels match one of the matchers that routes have.
func matches(t *testing.T, matcher string, labels map[string]string) bool {
	t.Helper()
	parts := regexp.MustCompile(`^([a-z]+)(=~?)"(.*)"$`).FindStringSubmatch(matcher)
	if parts == nil {
		t.Fatalf("%s is no matcher that this test knows", matcher)
	}
	if parts[2] == "=" {
		return labels[parts[1]] == parts[3]
	}
	return slices.Contains(strings.Split(parts[3], "|"), labels[parts[1]])
}

// Tells says what the routes do, for each owner, severity and collector.
func TestTellsWhatRoutesDo(t *testing.T) {
	region, err := config.Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	root := maker{region}.route()
	addresses := map[string]int{}
	for _, r := range (maker{region}).receivers() {
		addresses[r.Name] = len(r.Emails) + len(r.Webhooks) + len(r.Teams)
	}
	waits := map[string]bool{}
	for _, owner := range region.OnCall.OwnerIDs() {
		for _, severity := range []string{naming.SeverityCritical, naming.SeverityWarning} {
			for _, d := range region.Collectors {
				labels := map[string]string{naming.LabelOwner: owner, naming.LabelSeverity: severity, naming.LabelDomain: d.Collector}
				hours, receiver := "", ""
				for _, route := range root.Routes {
					if route.Continue || !matches(t, route.Matchers[0], labels) {
						continue
					}
					receiver = route.Receiver
					for _, sub := range route.Routes {
						if !slices.ContainsFunc(sub.Matchers, func(m string) bool { return !matches(t, m, labels) }) {
							hours = strings.Join(sub.Active, " ")
							break
						}
					}
					break
				}
				told := Tells(region.OnCall, labels)
				if told.Owner != receiver || told.Hours != hours || len(told.Receivers) != addresses[receiver] {
					t.Errorf("%v: told %+v, and the route is %s in %q", labels, told, receiver, hours)
				}
				waits[hours] = true
			}
		}
	}
	if len(waits) != 3 {
		t.Errorf("routes wait for %v", waits)
	}
}
