package main

// undertaking is a study or a project of the IT portfolio. A date may be empty.
type undertaking struct {
	kind, name                                           string
	registered, plannedStart, started, plannedEnd, ended string
}

// undertakings are those that the report lists, in its order, and FVIS Cosmic.
// Starts and ends agree with the report, to the part of the month; other days
// are made up. None is late, as in the report.
var undertakings = []undertaking{
	{"projekt", "FVIS Cosmic", "2022-01-10", "2022-01-17", "2022-01-17", "2025-03-31", ""},
	{"förstudie", "Modernt datalager och Nytt beslutsstöd och rapportverktyg", "2024-10-14", "2025-01-20", "2025-01-20", "2025-09-30", ""},
	{"förstudie", "Copilot", "2024-09-02", "2024-10-07", "2024-10-07", "2025-06-30", ""},
	{"förstudie", "Stöd för schemaläggning", "2024-12-09", "2025-03-07", "2025-03-03", "2025-10-31", ""},
	{"förstudie", "Automatisering av processer till ekonomistöd", "2025-01-13", "2025-03-31", "", "2025-11-28", ""},
	{"förstudie", "Säker e-post", "2024-08-26", "2024-11-04", "2024-11-04", "2025-05-30", ""},
	{"förstudie", "Ärendehantering till HR- och Ekonomistöd", "2025-01-13", "2025-03-17", "2025-03-17", "2025-11-28", ""},
	{"förstudie", "Produktions- och kapacitetsstyrning", "2025-02-03", "2025-03-31", "", "2025-12-19", ""},
	{"förstudie", "Lokalöversyn BFM SY", "2024-11-18", "2025-01-27", "2025-01-27", "2025-06-30", ""},
	{"förstudie", "Virtuell vårdavdelning", "2024-10-21", "2025-01-13", "2025-01-13", "2025-08-29", ""},
	{"förstudie", "Ledningscentral i egen regi", "2024-09-16", "2024-12-02", "2024-12-02", "2025-06-30", ""},
	{"förstudie", "Mobila enheter", "2024-11-11", "2025-02-03", "2025-02-03", "2025-09-30", ""},
	{"projekt", "Diabetestekniska hjälpmedel", "2023-02-06", "2023-03-06", "2023-03-06", "2025-04-30", ""},
	{"projekt", "Prehospital journal", "2023-09-11", "2024-01-15", "2024-01-15", "2025-12-19", ""},
	{"projekt", "Operation & sterilcentral", "2023-05-15", "2024-02-14", "2024-02-14", "2026-06-30", ""},
	{"projekt", "Kritiska larm", "2023-11-06", "2024-03-04", "2024-03-04", "2026-03-31", ""},
	{"projekt", "Överfallslarm", "2023-10-09", "2024-02-05", "2024-02-05", "2025-10-31", ""},
	{"projekt", "Multimedia", "2024-01-22", "2024-05-13", "2024-05-13", "2025-12-19", ""},
	{"projekt", "Patientövervak", "2023-12-04", "2024-04-15", "2024-04-15", "2026-09-30", ""},
	{"projekt", "Säker och digital kommunikation", "2024-02-19", "2024-08-26", "2024-08-26", "2025-11-28", ""},
	{"projekt", "Förbättrad dokumenthantering", "2024-03-11", "2024-09-16", "2024-09-16", "2026-01-30", ""},
}

func itUndertakingTable() table {
	t := table{name: "it_undertaking", columns: []string{"undertaking_id", "kind", "name", "registered_on", "planned_start", "started_on", "planned_end", "ended_on"}}
	for i, u := range undertakings {
		t.rows = append(t.rows, []string{id(i), u.kind, u.name, u.registered, u.plannedStart, u.started, u.plannedEnd, u.ended})
	}
	return t
}
