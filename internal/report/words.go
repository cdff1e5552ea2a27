package report

// Words are what a report says around its figures.
type Words struct {
	// Headings of columns.
	KPI, Where, Actual, Expected, Target, Margin, Status, Forecast, Age, Cite string
	// Better and Worse stand for a margin to an expected zero.
	Better, Worse string
	// Now is the age of what is not a minute old, and Days the unit of what
	// is older than two days.
	Now, Days string
}

var (
	swedish = Words{
		KPI: "Nyckeltal", Where: "Var", Actual: "Utfall", Expected: "Väntat", Target: "Mål", Margin: "Marginal",
		Status: "Status", Forecast: "Prognos", Age: "Ålder", Cite: "Källa",
		Better: "bättre", Worse: "sämre", Now: "nu", Days: "d",
	}
	english = Words{
		KPI: "KPI", Where: "Where", Actual: "Actual", Expected: "Expected", Target: "Target", Margin: "Margin",
		Status: "Status", Forecast: "Forecast", Age: "Age", Cite: "Source",
		Better: "better", Worse: "worse", Now: "now", Days: "d",
	}
)

// Words are the language's.
func (l Language) Words() Words {
	if l == English {
		return english
	}
	return swedish
}
