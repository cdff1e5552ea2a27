package api

import (
	"slices"

	"planwatch/config"
	"planwatch/internal/format"
	"planwatch/internal/kpi"
	"planwatch/internal/report"
)

// The parameters of the API.
const (
	ParameterKPI      = "kpi"
	ParameterTarget   = "target"
	ParameterOwner    = "owner"
	ParameterArea     = "area"
	ParameterStatus   = "status"
	ParameterSearch   = "q"
	ParameterFrom     = "from"
	ParameterTo       = "to"
	ParameterEffect   = "effect"
	ParameterLimit    = "limit"
	ParameterOffset   = "offset"
	ParameterFormat   = "format"
	ParameterLanguage = config.LanguageQuery
)

// Endpoint is an address of the API.
type Endpoint struct {
	// Noun is what it answers, and its path after Path.
	Noun string
	// About says what it answers in a line, and More the rest, in Markdown.
	About, More string
	Parameters  []Parameter
	// Places is whether the region's dimensions are parameters too.
	Places bool
	// Formats are those of the answer, the first without the parameter; none where there is
	// one only, JSON, and no parameter.
	Formats []format.Format
	// Answer is the zero value of what JSON is made of.
	Answer any
	// Missing is whether what was named may not be there: 404. Closed is whether it may be
	// out of reach: 503.
	Missing, Closed bool
	// Unkept is whether no browser and no proxy may keep the answer: it has what people say.
	Unkept bool
}

// Parameter is what an address may ask for.
type Parameter struct {
	Name, About string
	// Many is whether it may be given several times.
	Many bool
	// Values are all that it may be, where these are the same in every region.
	Values []string
	// Least and Most bound a whole number; both are 0 for a text.
	Least, Most int
}

// The parameters that several endpoints have.
var (
	texts  = Parameter{Name: ParameterLanguage, About: "The language of the texts, one of the region's, such as sv. Without it, that of the header Accept-Language, or the region's first."}
	ofKPI  = Parameter{Name: ParameterKPI, About: "Only key figures of that name.", Many: true}
	owner  = Parameter{Name: ParameterOwner, About: "Only targets of the owner, by its id in oncall.yaml.", Many: true}
	search = Parameter{Name: ParameterSearch, About: "Only what has all of these words, as on the page."}
	rows   = []Parameter{
		ofKPI,
		{Name: ParameterTarget, About: "Only the row of the target of that name, or of the one that holds now in its place.", Many: true},
		owner,
		{Name: ParameterArea, About: "Only key figures of the area, by the id of its dashboard in dashboards.yaml.", Many: true},
		{Name: ParameterStatus, About: "Only rows with the status.", Many: true, Values: report.StatusWords()},
		search,
	}
)

func actions(what string) []Parameter {
	var effects []string
	for _, e := range report.Effects() {
		effects = append(effects, e.Word())
	}
	return []Parameter{
		{Name: ParameterOwner, About: "Only " + what + " of the owner, by its id in oncall.yaml.", Many: true},
		{Name: ParameterEffect, About: "Only those with the effect.", Many: true, Values: effects},
	}
}

// Endpoints are all addresses of the API, in order.
func Endpoints() []Endpoint {
	sheets := []format.Format{format.JSON, format.CSV, format.ExcelCSV, format.XLSX}
	lists := []format.Format{format.JSON, format.CSV}
	return []Endpoint{
		{
			Noun: "activities", About: "The plan's activities, and whether their effect comes",
			Parameters: actions("activities"), Formats: lists, Answer: Activities{},
		},
		{
			Noun: "alerts", About: "The pending and firing alerts, in the form of Prometheus' own API",
			More:   "Embedded alerting only. 503 with the reason while it is not known which alerts fire. This answer alone has Prometheus' envelope.",
			Answer: Alerts{}, Closed: true,
		},
		{
			Noun: "collectors", About: "The collectors: when they run, how the last run went, and how old their figures are",
			Answer: Collectors{},
		},
		{
			Noun: "comments", About: "What people have said of key figures, targets and events, the oldest first",
			More: "Without `kpi` and `target`, all of it.",
			Parameters: []Parameter{
				{Name: ParameterKPI, About: "Only comments on the key figure."},
				{Name: ParameterTarget, About: "Only comments on the target."},
				{Name: ParameterLimit, About: "How many an answer has, at most; 100 without it.", Least: 1, Most: MaxComments},
				{Name: ParameterOffset, About: "How many to leave out, from the oldest on. `next` of an answer is what to go on with.", Most: 1_000_000_000},
			},
			Formats: lists, Answer: Comments{}, Missing: true, Closed: true, Unkept: true,
		},
		{
			Noun: "history", About: "How the figures of the report's rows went: what is kept of the past, beside what the plan wanted then",
			More: "Rows are chosen as those of the report; without a choice it is all of them. An answer has 25,000 past figures at most, and 400 says how to ask for fewer. " +
				"A figure that is withheld is not told.",
			Parameters: append(slices.Clone(rows),
				Parameter{Name: ParameterFrom, About: "The first moment, by RFC 3339, or the first day, such as 2025-01-01."},
				Parameter{Name: ParameterTo, About: "The last moment, by RFC 3339, or the last day."}),
			Places: true, Formats: sheets, Answer: History{}, Missing: true,
		},
		{
			Noun: "kpis", About: "What the key figures are, and their targets of all periods",
			Parameters: []Parameter{ofKPI, search}, Answer: KPIs{}, Missing: true,
		},
		{
			Noun: "report", About: "How the figures stand to the plan, the worst first",
			More:       "The rows of the report's page and of `planwatch report --format json`, chosen as there.",
			Parameters: rows, Places: true, Formats: sheets, Answer: Report{}, Missing: true,
		},
		{
			Noun: "risks", About: "The register's risks, and whether their measures have an effect",
			Parameters: actions("risks"), Formats: lists, Answer: Risks{},
		},
	}
}

// AllParameters are those of the endpoint but for the region's dimensions.
func (e Endpoint) AllParameters() []Parameter {
	all := slices.Clone(e.Parameters)
	if len(e.Formats) > 0 {
		format := Parameter{Name: ParameterFormat, About: "The form of the answer, as of the command's --format; json without it."}
		for _, f := range e.Formats {
			format.Values = append(format.Values, string(f))
		}
		all = append(all, format)
	}
	if _, isPrometheus := e.Answer.(Alerts); isPrometheus {
		return all
	}
	return append(all, texts)
}

// Places are the region's dimensions that an address may choose by: all but those with
// the name of a parameter.
func Places(dimensions []string) []string {
	return slices.DeleteFunc(slices.Clone(dimensions), func(label string) bool {
		return slices.Contains([]string{
			ParameterKPI, ParameterTarget, ParameterOwner, ParameterArea, ParameterStatus, ParameterSearch, ParameterFrom, ParameterTo, ParameterFormat, ParameterLanguage, "page",
		}, label)
	})
}

// Entries are the key figures of those names, or all; the second return is a name that
// there is not.
func Entries(r *report.Report, names []string) (entries []kpi.Entry, unknown string) {
	if len(names) == 0 {
		return r.Region.KPIs.Entries(), ""
	}
	for _, name := range names {
		entry, ok := r.Region.KPIs.Get(name)
		if !ok {
			return nil, name
		}
		entries = append(entries, entry)
	}
	return entries, ""
}
