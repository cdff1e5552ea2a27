package check

import (
	"fmt"
	"io"

	"planwatch/config"
	"planwatch/plan"
)

// Reconciliation is what recomputing the plan's stated figures found.
type Reconciliation struct {
	// Checked is how many figures were recomputed.
	Checked     int
	Differences []plan.Difference
}

// Reconcile recomputes the sums, counts and references that the plan's tables
// state.
func Reconcile(cfg *config.Config) (Reconciliation, error) {
	checked, differences, err := plan.Reconcile(cfg.Plan.Tables, cfg.Plan.Reconciliation)
	return Reconciliation{checked, differences}, err
}

// Write lists each difference with its table, its row, what is stated and
// what its parts make, in the table's own unit.
func (r Reconciliation) Write(w io.Writer) error {
	if r.Checked == 0 {
		return nil
	}
	if _, err := fmt.Fprintf(w, "plan: %d stated figures recomputed, %d differ\n", r.Checked, len(r.Differences)); err != nil {
		return err
	}
	for _, difference := range r.Differences {
		if _, err := fmt.Fprintf(w, "  %s\n", difference); err != nil {
			return err
		}
		for _, more := range []string{difference.Cite, difference.Note.EN} {
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
