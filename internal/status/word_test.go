package status_test

import (
	"testing"

	"planwatch/internal/status"
)

// A status is called by the word that programs are told, with spaces or hyphens.
func TestParse(t *testing.T) {
	for _, s := range status.All() {
		if s != status.NoTarget && s.Word() != s.Plan().String() {
			t.Errorf("%q is %q in the plan", s.Word(), s.Plan())
		}
		for _, text := range []string{s.Word(), s.Class()} {
			if got, err := status.Parse(text); err != nil || got != s {
				t.Errorf("%q: %v, %v", text, got, err)
			}
		}
	}
	_, err := status.Parse("on_plan")
	if want := `there is no "on_plan"; did you mean on-plan?`; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
