package action

// Columns are those of the tables and of both, under the headings of the document, each
// with whether it must be there.
func Columns() map[string][]string {
	tables := map[string][]string{}
	for heading, columns := range map[string][]column{ActivitiesFile: activityColumns, RisksFile: riskColumns, "Columns of both": linkColumns} {
		for _, c := range columns {
			needed := map[[2]bool]string{{true, true}: "yes, as a text", {true, false}: "yes", {false, true}: "no, a text", {false, false}: "no"}[[2]bool{c.required, c.text}]
			tables[heading] = append(tables[heading], c.name+": "+needed)
		}
	}
	return tables
}
