//go:build gms_pure_go

package asof_test

import (
	"testing"
	"time"

	"planwatch/internal/asof"
)

// Nothing fails where the warehouse does not reach back.
func TestCompareBeforeTheFirstRow(t *testing.T) {
	region := loaded(t, "")
	names := []string{"waiting", "emergency", "production", "imaging", "beds"}
	c, err := asof.Open(t.Context(), region, names)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, name := range names {
		then, err := c.Then(t.Context(), name, time.Date(2015, 3, 18, 8, 0, 0, 0, region.Location))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, s := range then {
			if s.Value != 0 {
				t.Errorf("%s: %+v", name, s)
			}
		}
	}
}
