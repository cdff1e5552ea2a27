package check

import (
	"fmt"
	"io"

	"planwatch/config"
	"planwatch/internal/format"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/reconciliation"
	"planwatch/plan"
)

// Report is what check prints: what was checked, what the plan differs in, from itself
// and from the warehouse, and the verdict.
type Report struct {
	region  string
	parts   []count
	title   string
	plan    plan.Result
	faults  int
	words   reconciliation.Words
	written []*language.Language
	// controls is nil until the plan is held against the warehouse.
	controls *controls
	kpis     kpi.Catalogue
}

// count is a number of things, by the message that counts them.
type count struct {
	key string
	n   int
}

// Formats are the formats of a report.
func Formats() []format.Format {
	return []format.Format{format.Table, format.JSON, format.Markdown}
}

// NewReport holds the plan against itself and the documents beside it. faults are
// those that Run has found.
func NewReport(region *config.Region, faults int) (*Report, error) {
	result, err := plan.Reconcile(region.Plan.Tables, region.Plan.Reconciliation)
	if err != nil {
		return nil, err
	}
	r := &Report{
		region: region.Title, plan: result, faults: faults, words: reconciliation.Words{Units: region.Units}, written: region.Languages.All(),
		parts: []count{
			{"%d sources", len(region.Sources)}, {"%d collectors", len(region.Collectors)}, {"%d KPIs", len(region.KPIs.Entries())},
		},
	}
	if region.Plan.Reconciliation != nil {
		r.title = region.Plan.Reconciliation.Plan
	}
	return r, nil
}

// Differences is how many differences there are in the plan.
func (r *Report) Differences() int { return len(r.plan.Differences) }

// Write prints the report in one of Formats. The language is that of Table and
// Markdown; JSON has the texts of all.
func (r *Report) Write(w io.Writer, f format.Format, l *language.Language) error {
	switch f {
	case format.Table:
		return r.writeTable(w, l)
	case format.Markdown:
		return r.writeMarkdown(w, l)
	case format.JSON:
		return format.WriteJSON(w, r.object())
	}
	return fmt.Errorf("check: no format %q", f)
}

// object is the report for programs.
type object struct {
	Region  string        `json:"region"`
	Plan    string        `json:"plan,omitempty"`
	Checked int           `json:"checked"`
	Groups  []groupObject `json:"groups"`
	// Warehouse is null where the plan was not held against it.
	Warehouse *warehouseObject `json:"warehouse"`
	Verdict   verdict          `json:"verdict"`
}

// warehouseObject is what is to be exactly the plan's in the warehouse, and is not.
type warehouseObject struct {
	Compared    int             `json:"compared"`
	Unknown     int             `json:"unknown"`
	Differences []controlObject `json:"differences"`
}

// groupObject is a group with what is said of it, by language.
type groupObject struct {
	Says language.Text `json:"says,omitempty"`
	plan.Group
}

// verdict counts what was found. faults are those of the configuration.
type verdict struct {
	Differences int `json:"differences"`
	Groups      int `json:"groups"`
	Faults      int `json:"faults"`
}

func (r *Report) object() object {
	o := object{Region: r.region, Plan: r.title, Checked: r.plan.Checked, Groups: []groupObject{}, Verdict: verdict{r.Differences(), len(r.plan.Groups), r.faults}}
	for _, g := range r.plan.Groups {
		says := language.Text{}
		for _, l := range r.written {
			if text := r.words.Cause(l, g); text != "" {
				says[l.Code()] = text
			}
		}
		o.Groups = append(o.Groups, groupObject{says, g})
	}
	if c := r.controls; c != nil {
		o.Warehouse = &warehouseObject{c.compared, c.unknown, c.objects()}
	}
	return o
}
