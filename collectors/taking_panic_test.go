package collectors

import (
	"errors"
	"strings"
	"testing"

	"planwatch/internal/kpi"
	"planwatch/internal/warehouse"
)

// A fault in the code that a row meets fails the run, and is told where it is: the query
// goes on, so that its connection is given back.
func TestPanicOverARow(t *testing.T) {
	d := Definition{Collector: "beds", KPIs: []kpi.KPI{{Name: "beds", Column: "beds"}}}
	taken := taking{definition: &d}
	columns := []warehouse.Column{{Name: "beds", Type: warehouse.Number}}
	taken.take(columns, nil) // a row without its columns
	first := taken.err
	taken.take(columns, []warehouse.Value{{Type: warehouse.Number, Number: 1}})
	if first == nil || !strings.HasPrefix(first.Error(), "collector beds: panic: runtime error: index out of range") || !strings.Contains(first.Error(), "mapping.go:") || !errors.Is(taken.err, first) {
		t.Errorf("got %v, and then %v", first, taken.err)
	}
}
