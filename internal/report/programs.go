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
	KPI string `json:"kpi"`
	// Target is the target's name; null where the KPI has none.
	Target *string           `json:"target"`
	Labels map[string]string `json:"labels"`
	Unit   string            `json:"unit"`
	Actual *float64          `json:"actual"`
	// Expected is due by now, TargetValue at the period's end.
	Expected    *float64 `json:"expected"`
	TargetValue *float64 `json:"target_value"`
	// MarginRatio is the margin as a share of Expected; null where that is 0.
	MarginRatio *float64 `json:"margin_ratio"`
	// Status is critical, warning, unknown or on plan; null without a target.
	Status *string `json:"status"`
	// Reason is why the status is unknown or null: one of plan's reasons, or no_target.
	Reason   *plan.Reason `json:"reason"`
	Forecast *float64     `json:"forecast"`
	DataTime *time.Time   `json:"data_time"`
	Cite     *string      `json:"cite"`
	// SinceMonth and SinceYear are by how much the figure has changed.
	SinceMonth *float64 `json:"since_month"`
	SinceYear  *float64 `json:"since_year"`
	// Signal is too_short, usual, unusually_high or unusually_low; null without a past.
	Signal *course.Signal `json:"signal"`
	// Assurance is consistently_pass, consistently_fail or hit_or_miss.
	Assurance *string `json:"assurance"`
	// Mean and limits of the process chart, over the periods of its newest part.
	Mean       *float64 `json:"mean"`
	LowerLimit *float64 `json:"lower_limit"`
	UpperLimit *float64 `json:"upper_limit"`
	// ForecastLow and ForecastHigh hold nine of ten values at the period's end.
	ForecastLow  *float64 `json:"forecast_low"`
	ForecastHigh *float64 `json:"forecast_high"`
	// ForecastMethod is seasonal or pace.
	ForecastMethod *forecast.Method `json:"forecast_method"`
	// NoForecast is why there is no forecast: one of forecast's reasons.
	NoForecast *forecast.Reason `json:"no_forecast"`
	// SpentOn is the day on which the full value is reached.
	SpentOn *string `json:"spent_on"`
	// Basis is what the target is based on: plan, report, law, national or operational.
	Basis *plan.Basis `json:"basis"`
	// Margin is how much better the figure is than what is expected, in the unit.
	Margin *float64 `json:"margin"`
	// StatusThen is the status at the moment that the report compares with.
	StatusThen *string `json:"status_then"`
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
		o.Target, o.Status, o.Basis = &r.Target.ID, new(r.Status.Plan().String()), &r.Target.Basis
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
