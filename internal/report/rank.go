package report

import (
	"cmp"

	"planwatch/plan"
)

// worstFirst orders rows by status and what else asks for attention. Without a figure the
// order is that of reason and name.
func worstFirst(a, b Row) int {
	return cmp.Or(
		cmp.Compare(a.Status, b.Status),
		a.attention().Compare(b.attention()),
		cmp.Compare(a.Reason, b.Reason),
		cmp.Compare(a.KPI.Name, b.KPI.Name),
		a.Labels.Compare(b.Labels),
	)
}

func (r Row) attention() plan.Attention {
	return plan.Attention{
		Status: r.Status.Plan(), Law: r.Target != nil && r.Target.Basis == plan.ByLaw, Money: r.KPI.Base.Money,
		Actual: r.Actual, Expected: r.Expected, Margin: r.Margin, Warning: r.Warning, Critical: r.Critical,
	}
}
