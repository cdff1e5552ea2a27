package web

import (
	"io"

	"planwatch/internal/api"
	"planwatch/internal/format"
	"planwatch/internal/report"
)

// activities answers with the plan's activities that are chosen.
func (s *endpoints) activities(asked asking) (answer, error) {
	choice, err := asked.actions()
	if err != nil {
		return answer{}, err
	}
	chosen := asked.current.ChooseActivities(choice)
	return answer{api.Activities{Head: asked.head(), Activities: report.ActivityObjects(chosen, asked.lang)}, "activities", func(w io.Writer, f format.Format) error {
		return asked.current.WriteActivities(w, chosen, f, asked.lang)
	}}, nil
}

// risks answers with the register's risks that are chosen.
func (s *endpoints) risks(asked asking) (answer, error) {
	choice, err := asked.actions()
	if err != nil {
		return answer{}, err
	}
	chosen := asked.current.ChooseRisks(choice)
	return answer{api.Risks{Head: asked.head(), Risks: report.RiskObjects(chosen, asked.lang)}, "risks", func(w io.Writer, f format.Format) error {
		return asked.current.WriteRisks(w, chosen, f, asked.lang)
	}}, nil
}

func (a asking) actions() (report.ActionChoice, error) {
	choice, err := report.NewActionChoice(a.current.Region, a.query[api.ParameterOwner], a.query[api.ParameterEffect])
	if err != nil {
		return report.ActionChoice{}, badRequest(err)
	}
	return choice, nil
}
