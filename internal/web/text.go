package web

import "planwatch/internal/report"

// text is what the pages say around the figures.
type text struct {
	Skip, Pages, Report, Collectors, Metrics, OtherLanguage      string
	Standing, Summary, Starting, Failing, ClockNote              string
	More, Quotation, Definition, Standard, Period, Limits, Owner string
	Collector, Source, LastRun, Took, Rows, Samples              string
	OldestFigure, NextRun, SourceUp, SourceDown                  string
	Failed, NotRun, Succeeded, Withdrawn, Withheld               string
	Firing, MoreAlerts, Pending, NothingFires, AlertingOff       string
	Severity, Alert, Since, AboutAlert, Runbook, Graphs          string
}

var texts = map[report.Language]text{
	report.Swedish: {
		Skip: "Till innehållet", Pages: "Sidor", Report: "Rapport", Collectors: "Insamling", Metrics: "Mätvärden", OtherLanguage: "English",
		Standing: "Läget mot planen", Summary: "Antal per status",
		Starting: "Insamlingen har just börjat: alla siffror är inte inne än.", Failing: "Senaste insamlingen misslyckades:",
		ClockNote: "planwatchs klocka är ställd: den visar %s.",
		More:      "Om nyckeltalet", Quotation: "Källa", Definition: "Definition", Standard: "Följer", Period: "Gäller", Limits: "Gränser", Owner: "Ansvarig",
		Collector: "Insamlare", Source: "Datakälla", LastRun: "Senast körd", Took: "Tog", Rows: "Rader", Samples: "Värden",
		OldestFigure: "Äldsta siffra", NextRun: "Nästa körning", SourceUp: "svarar", SourceDown: "svarar inte",
		Failed: "misslyckades", NotRun: "har inte körts än", Succeeded: "lyckades", Withdrawn: "%s för gamla", Withheld: "%s dolda",
		Firing: "Aktiva larm", MoreAlerts: "%s till", Pending: "%s väntar: villkoret gäller, men inte länge nog än",
		NothingFires: "Inget larm är aktivt.", AlertingOff: "Den inbyggda larmningen är avstängd: vilka larm som är aktiva vet Prometheus.",
		Severity: "Nivå", Alert: "Larm", Since: "Sedan", AboutAlert: "Om larmet", Runbook: "Åtgärdskort", Graphs: "Kurvor",
	},
	report.English: {
		Skip: "To the content", Pages: "Pages", Report: "Report", Collectors: "Collectors", Metrics: "Metrics", OtherLanguage: "Svenska",
		Standing: "How we stand to the plan", Summary: "Count by status",
		Starting: "Collecting has just begun: not all figures are in yet.", Failing: "The last run failed:",
		ClockNote: "planwatch's clock is set: it shows %s.",
		More:      "About the KPI", Quotation: "Source", Definition: "Definition", Standard: "Follows", Period: "Holds", Limits: "Limits", Owner: "Owner",
		Collector: "Collector", Source: "Data source", LastRun: "Last run", Took: "Took", Rows: "Rows", Samples: "Samples",
		OldestFigure: "Oldest figure", NextRun: "Next run", SourceUp: "answers", SourceDown: "does not answer",
		Failed: "failed", NotRun: "has not run yet", Succeeded: "succeeded", Withdrawn: "%s too old", Withheld: "%s withheld",
		Firing: "Firing alerts", MoreAlerts: "%s more", Pending: "%s pending: the condition holds, but not for long enough yet",
		NothingFires: "No alert is firing.", AlertingOff: "Embedded alerting is off: ask Prometheus which alerts are firing.",
		Severity: "Severity", Alert: "Alert", Since: "Since", AboutAlert: "About the alert", Runbook: "Runbook", Graphs: "Graphs",
	},
}
