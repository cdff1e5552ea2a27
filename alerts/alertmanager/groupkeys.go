package alertmanager

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"strings"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/notify"
)

// anyOf matches a matcher of any of several values, as a route's key has it. In a
// label's value the quote would be escaped.
var anyOf = regexp.MustCompile(`([a-zA-Z_][a-zA-Z0-9_]*)=~"(?:[^"\\]|\\.)*"`)

// groupKeys are the keys by which it is remembered what a group was told. Alertmanager
// has every matcher of a route in the key of its groups, so that a list of values that
// grows would have all of them told again. Here the values are left out: of the routes
// that are then alike the first has the plain key, and the others their number.
type groupKeys map[string]string

func newGroupKeys(root *dispatch.Route) groupKeys {
	keys, alike := groupKeys{}, map[string]int{}
	root.Walk(func(r *dispatch.Route) {
		key := r.Key()
		if _, known := keys[key]; known {
			return
		}
		short := anyOf.ReplaceAllString(key, "$1=~")
		if alike[short]++; alike[short] > 1 {
			keys[key] = fmt.Sprintf("%s#%d", short, alike[short])
			return
		}
		keys[key] = short
	})
	return keys
}

// of is the group's key: of its route, and of its labels.
func (k groupKeys) of(group string) string {
	for route, short := range k {
		if labels, found := strings.CutPrefix(group, route+":"); found && strings.HasPrefix(labels, "{") {
			return short + ":" + labels
		}
	}
	return group
}

// stage has the stages after it remember groups by these keys.
func (k groupKeys) stage(next notify.Stage) notify.Stage {
	return notify.StageFunc(func(ctx context.Context, l *slog.Logger, alerts ...*alert.Alert) (context.Context, []*alert.Alert, error) {
		if group, ok := notify.GroupKey(ctx); ok {
			ctx = notify.WithGroupKey(ctx, k.of(group))
		}
		return next.Exec(ctx, l, alerts...)
	})
}
