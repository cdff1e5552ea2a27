package main

import "strings"

// riskTables are the risks of the plan and their assessment, whose last day
// was 4 June 2024. A goal area is the part of the goal before its dash.
func riskTables(planDir string) (risks, assessments table, err error) {
	risks = table{name: "risk", columns: []string{"risk_id", "goal_type", "goal_area", "risk", "response", "closed_on"}}
	assessments = table{name: "risk_assessment", columns: []string{"risk_id", "assessed_on", "likelihood", "consequence"}}
	err = eachRow(planDir, "risks.csv", func(field map[string]string) error {
		area, _, _ := strings.Cut(field["goal_area.sv"], " - ")
		risks.rows = append(risks.rows, []string{field["number"], field["goal_type.sv"], area, field["risk.sv"], field["response.sv"], ""})
		assessments.rows = append(assessments.rows, []string{field["number"], "2024-06-04", field["likelihood"], field["consequence"]})
		return nil
	})
	return risks, assessments, err
}
