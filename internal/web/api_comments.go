package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"planwatch/internal/api"
	"planwatch/internal/comment"
)

var errNoComments = errors.New("comments are not kept, since the storage cannot be written to")

// comments answers with what people have said.
func (s *endpoints) comments(asked asking) (answer, error) {
	limit, err := asked.number(api.ParameterLimit, api.DefaultComments)
	if err != nil {
		return answer{}, badRequest(err)
	}
	offset, err := asked.number(api.ParameterOffset, 0)
	if err != nil {
		return answer{}, badRequest(err)
	}
	about := comment.Subject{KPI: asked.query.Get(api.ParameterKPI), Target: asked.query.Get(api.ParameterTarget)}
	switch {
	case about.KPI != "" && about.Target != "":
		return answer{}, badRequest(errors.New("a comment is about a KPI or a target; give one of kpi and target"))
	case about.KPI != "":
		if _, ok := asked.current.Region.KPIs.Get(about.KPI); !ok {
			return answer{}, asked.noKPI(about.KPI)
		}
	case about.Target != "":
		if !hasTarget(asked.current, about.Target) {
			var names []string
			for _, t := range asked.targets() {
				names = append(names, t.ID)
			}
			return answer{}, asked.noTarget(about.Target, names)
		}
	}
	if s.content.Comments == nil {
		return answer{}, &fault{http.StatusServiceUnavailable, errNoComments}
	}
	var all []comment.Comment
	if about.KPI == "" && about.Target == "" {
		all = s.content.Comments.All()
	} else {
		all = slices.Clone(s.content.Comments.About(about))
	}
	for i := range all {
		all[i].Time = s.content.Clock.At(all[i].Time).In(asked.current.At.Location())
	}
	made := api.NewComments(asked.head(), all, offset, limit)
	return answer{made, "comments", made.Write}, nil
}

// number is a parameter that is a whole number.
func (a asking) number(name string, otherwise int) (int, error) {
	text := a.query.Get(name)
	if text == "" {
		return otherwise, nil
	}
	i := slices.IndexFunc(a.endpoint.Parameters, func(p api.Parameter) bool { return p.Name == name })
	least, most := a.endpoint.Parameters[i].Least, a.endpoint.Parameters[i].Most
	if n, err := strconv.Atoi(text); err == nil && n >= least && n <= most {
		return n, nil
	}
	return 0, fmt.Errorf("%s: %.40q is not a whole number from %d to %d", name, text, least, most)
}
