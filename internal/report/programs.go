package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"time"

	"planwatch/internal/course"
	"planwatch/internal/forecast"
	"planwatch/internal/format"
	"planwatch/internal/language"
	"planwatch/plan"
)

// noTarget is the reason of a row that has a figure and no target.
const noTarget plan.Reason = "no_target"

// Object is a row in JSON. A value that is not known is null.
type Object struct {
	// The key figure's name.
	KPI string `json:"kpi"`
	// The target's name; null where the key figure has none.
	Target *string `json:"target"`
	// The labels of the figures; what they leave out is added up.
	Labels map[string]string `json:"labels"`
	// What the figures are in.
	Unit string `json:"unit"`
	// The figure.
	Actual *float64 `json:"actual"`
	// What is due by now.
	Expected *float64 `json:"expected"`
	// What is due at the period's end.
	TargetValue *float64 `json:"target_value"`
	// The margin as a share of what is expected; null where that is 0.
	MarginRatio *float64 `json:"margin_ratio"`
	// How the figure stands to the plan; null without a target.
	Status *string `json:"status" jsonschema:"enum=critical,enum=warning,enum=unknown,enum=within tolerance,enum=on plan,enum=too early"`
	// Why the status is unknown or null: no_target, or a reason that plan_status has too.
	Reason *plan.Reason `json:"reason"`
	// The figure at the period's end.
	Forecast *float64 `json:"forecast"`
	// The moment that the figure is of.
	DataTime *time.Time `json:"data_time"`
	// The sentence of the sources that asks for it.
	Cite *string `json:"cite"`
	// By how much the figure has changed since the same date a month before.
	SinceMonth *float64 `json:"since_month"`
	// By how much the figure has changed since the same date a year before.
	SinceYear *float64 `json:"since_year"`
	// Whether the newest period is more than chance; null without a past.
	Signal *course.Signal `json:"signal" jsonschema:"enum=too_short,enum=usual,enum=unusually_high,enum=unusually_low"`
	// Whether the process meets its plan.
	Assurance *string `json:"assurance" jsonschema:"enum=consistently_pass,enum=consistently_fail,enum=hit_or_miss"`
	// The mean of the process chart, over the periods of its newest part.
	Mean *float64 `json:"mean"`
	// The process chart's lower limit.
	LowerLimit *float64 `json:"lower_limit"`
	// The process chart's upper limit.
	UpperLimit *float64 `json:"upper_limit"`
	// The lower of the two between which the figure ends in nine years of ten.
	ForecastLow *float64 `json:"forecast_low"`
	// The higher of the two between which the figure ends in nine years of ten.
	ForecastHigh *float64 `json:"forecast_high"`
	// What the forecast rests on: past years, or the plan's pace.
	ForecastMethod *forecast.Method `json:"forecast_method" jsonschema:"enum=seasonal,enum=pace"`
	// Why there is no forecast.
	NoForecast *forecast.Reason `json:"no_forecast"`
	// The day on which the full value is reached, where that is before the period's end.
	SpentOn *string `json:"spent_on" jsonschema:"format=date"`
	// What the target is based on.
	Basis *plan.Basis `json:"basis" jsonschema:"enum=plan,enum=report,enum=law,enum=national,enum=operational"`
	// How much better the figure is than what is expected.
	Margin *float64 `json:"margin"`
	// The status at the moment that the report compares with; null where it compares with none.
	StatusThen *string `json:"status_then" jsonschema:"enum=critical,enum=warning,enum=unknown,enum=within tolerance,enum=on plan,enum=too early"`
}

// Object is the row as programs are told it.
func (r Row) Object() Object {
	o := Object{
		KPI: r.KPI.Name, Labels: make(map[string]string, len(r.Labels)), Unit: r.KPI.Unit,
		Actual: r.Actual, Expected: r.Expected, TargetValue: r.Full, MarginRatio: r.Margin, Margin: r.margin(), Forecast: r.Forecast,
	}
	if r.Expected != nil && *r.Expected == 0 {
		o.MarginRatio = nil // the metric's 1 or -1 is no share
	}
	for _, label := range r.Labels {
		o.Labels[label.Name] = label.Value
	}
	reason := r.Reason
	if r.Target != nil {
		o.Target, o.Status = &r.Target.ID, new(r.Status.Plan().String())
		if r.Target.Basis != "" {
			o.Basis = &r.Target.Basis
		}
	} else if reason == "" {
		reason = noTarget
	}
	if reason != "" {
		o.Reason = &reason
	}
	if !r.DataTime.IsZero() {
		o.DataTime = &r.DataTime
	}
	o.StatusThen = r.then()
	o.SinceMonth, o.SinceYear = r.SinceMonth, r.SinceYear
	if signal := r.Signal(); signal != "" {
		o.Signal = &signal
	}
	if assurance := r.Assurance(); assurance != "" {
		o.Assurance = &assurance
	}
	if r.NoForecast != "" {
		o.NoForecast = &r.NoForecast
	}
	if r.Outlook != nil {
		o.ForecastLow, o.ForecastHigh, o.ForecastMethod = r.Outlook.Low, r.Outlook.High, &r.Outlook.Method
	}
	if r.Spent() {
		o.SpentOn = new(r.Outlook.SpentOn.Format(time.DateOnly))
	}
	if limits := r.Course.Chart.Limits(); limits != nil {
		o.Mean, o.LowerLimit, o.UpperLimit = finite(&limits.Mean), finite(&limits.Lower), finite(&limits.Upper)
	}
	if r.Cite != "" {
		o.Cite = new(language.OneLine(r.Cite))
	}
	return o
}

func (r *Report) writeJSON(w io.Writer) error {
	objects := make([]Object, len(r.Rows))
	for i, row := range r.Rows {
		objects[i] = row.Object()
	}
	return format.WriteJSON(w, objects)
}

func (r *Report) writeCSV(w io.Writer, l *language.Language) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"kpi", "title", "target", "labels", "unit", "actual", "expected", "target_value", "margin_ratio", "status", "reason", "forecast", "data_time", "cite",
		"since_month", "since_year", "signal", "assurance", "mean", "lower_limit", "upper_limit",
		"forecast_low", "forecast_high", "forecast_method", "no_forecast", "spent_on", "basis", "margin", "status_then"}); err != nil {
		return err
	}
	for _, row := range r.Rows {
		o := row.Object()
		moment := ""
		if o.DataTime != nil {
			moment = o.DataTime.Format(time.RFC3339)
		}
		if err := out.Write([]string{
			o.KPI, format.Guarded(row.Title(l)), text(o.Target), row.Labels.String(), o.Unit,
			plain(o.Actual), plain(o.Expected), plain(o.TargetValue), plain(o.MarginRatio), text(o.Status), text(o.Reason), plain(o.Forecast), moment, format.Guarded(text(o.Cite)),
			plain(o.SinceMonth), plain(o.SinceYear), text(o.Signal), text(o.Assurance), plain(o.Mean), plain(o.LowerLimit), plain(o.UpperLimit),
			plain(o.ForecastLow), plain(o.ForecastHigh), text(o.ForecastMethod), text(o.NoForecast), text(o.SpentOn), text(o.Basis), plain(o.Margin), text(o.StatusThen),
		}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// plain formats a figure for programs; nil is "".
func plain(value *float64) string {
	if value == nil {
		return ""
	}
	return strconv.FormatFloat(*value, 'f', -1, 64)
}

func text[T ~string](value *T) string {
	if value == nil {
		return ""
	}
	return string(*value)
}
