package check

import (
	"fmt"
	"io"

	"planwatch/config"
	"planwatch/internal/format"
	"planwatch/internal/language"
	"planwatch/plan"
)

// Reconciliation is the result of recomputing the plan's stated figures.
type Reconciliation struct {
	// Checked is how many figures were recomputed.
	Checked     int
	Differences []plan.Difference
}

// Reconcile recomputes the sums, counts and references that the plan's tables
// state.
func Reconcile(region *config.Region) (Reconciliation, error) {
	result, err := plan.Reconcile(region.Plan.Tables, region.Plan.Reconciliation)
	return Reconciliation{result.Checked, result.Differences}, err
}

// Write lists each difference with its table, its row, the stated and the
// computed value in the table's unit, and the check's note in the language.
func (r Reconciliation) Write(w io.Writer, l *language.Language) error {
	if r.Checked == 0 {
		return nil
	}
	differ := "differ"
	if len(r.Differences) == 1 {
		differ = "differs"
	}
	if _, err := fmt.Fprintf(w, "plan: %s recomputed, %d %s\n", format.Count(r.Checked, "stated figure"), len(r.Differences), differ); err != nil {
		return err
	}
	for _, difference := range r.Differences {
		if _, err := fmt.Fprintf(w, "  %s\n", difference); err != nil {
			return err
		}
		for _, more := range []string{difference.Cite, l.Of(difference.Note)} {
			if more == "" {
				continue
			}
			if _, err := fmt.Fprintf(w, "    %s\n", more); err != nil {
				return err
			}
		}
	}
	return nil
}
