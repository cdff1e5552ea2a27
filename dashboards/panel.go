package dashboards

import (
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/bargauge"
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/statetimeline"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// source refers to the data source of the dashboard's variable.
func source() common.DataSourceRef {
	return common.DataSourceRef{Type: new("prometheus"), Uid: new("${" + sourceVariable + "}")}
}

// longestGap is the longest gap that a line is drawn across, in milliseconds:
// longer than a restart, shorter than a weekend without a scrape.
const longestGap = 2 * 24 * 60 * 60 * 1000

// queryBuilder is the SDK's builder of queries.
type queryBuilder = *prometheus.DataqueryBuilder

// target returns a query of a panel.
func target(ref, expr, legend string) *prometheus.DataqueryBuilder {
	return prometheus.NewDataqueryBuilder().RefId(ref).Expr(expr).LegendFormat(legend).
		EditorMode(prometheus.QueryEditorModeCode).Datasource(source())
}

// overTime returns a query over the dashboard's time range.
func overTime(ref, expr, legend string) *prometheus.DataqueryBuilder {
	return target(ref, expr, legend).Range().Format(prometheus.PromQueryFormatTimeSeries)
}

// rightNow returns a query at the end of the time range.
func rightNow(ref, expr, legend string) *prometheus.DataqueryBuilder {
	return target(ref, expr, legend).Instant().Format(prometheus.PromQueryFormatTimeSeries)
}

// rows returns a query at the end of the time range, with a row for each
// series.
func rows(ref, expr string) *prometheus.DataqueryBuilder {
	return target(ref, expr, "").Instant().Format(prometheus.PromQueryFormatTable)
}

// newStat shows single values, large.
func newStat(title, description string) *stat.PanelBuilder {
	return stat.NewPanelBuilder().Title(asWritten(title)).Description(asWritten(description)).Datasource(source()).
		GraphMode(common.BigValueGraphModeNone).ColorMode(common.BigValueColorModeNone).
		TextMode(common.BigValueTextModeValue).JustifyMode(common.BigValueJustifyModeCenter).
		Orientation(common.VizOrientationAuto).
		ReduceOptions(common.NewReduceDataOptionsBuilder().Calcs([]string{"lastNotNull"}))
}

// newLines shows values over time.
func newLines(title, description string) *timeseries.PanelBuilder {
	return timeseries.NewPanelBuilder().Title(asWritten(title)).Description(asWritten(description)).Datasource(source()).
		LineWidth(2).FillOpacity(0).LineInterpolation(common.LineInterpolationStepAfter).
		ShowPoints(common.VisibilityModeNever).SpanNulls(common.BoolOrFloat64{Float64: new(float64(longestGap))}).
		Legend(common.NewVizLegendOptionsBuilder().ShowLegend(true).DisplayMode(common.LegendDisplayModeList).Placement(common.LegendPlacementBottom)).
		Tooltip(common.NewVizTooltipOptionsBuilder().Mode(common.TooltipDisplayModeMulti).Sort(common.SortOrderDescending))
}

// newParts shows the parts of a figure over time, in shades of one colour: those of
// Grafana's palette are also those of statuses.
func newParts(title, description string) *timeseries.PanelBuilder {
	return newLines(title, description).ColorScheme(dashboard.NewFieldColorBuilder().Mode(dashboard.FieldColorModeIdShades).FixedColor(teal))
}

// newBars compares values by the length of bars.
func newBars(title, description string) *bargauge.PanelBuilder {
	return bargauge.NewPanelBuilder().Title(asWritten(title)).Description(asWritten(description)).Datasource(source()).
		DisplayMode(common.BarGaugeDisplayModeBasic).ValueMode(common.BarGaugeValueModeText).ShowUnfilled(false).
		NamePlacement(common.BarGaugeNamePlacementLeft).
		Text(common.NewVizTextDisplayOptionsBuilder().TitleSize(14).ValueSize(18)).
		Sizing(common.BarGaugeSizingManual).MinVizHeight(16).MaxVizHeight(32).MinVizWidth(8).
		ReduceOptions(common.NewReduceDataOptionsBuilder().Calcs([]string{"lastNotNull"}))
}

// newTimeline shows states over time.
func newTimeline(title, description string) *statetimeline.PanelBuilder {
	return statetimeline.NewPanelBuilder().Title(asWritten(title)).Description(asWritten(description)).Datasource(source()).
		MergeValues(true).ShowValue(common.VisibilityModeNever).RowHeight(0.8).FillOpacity(85).LineWidth(0).
		Legend(common.NewVizLegendOptionsBuilder().ShowLegend(true).DisplayMode(common.LegendDisplayModeList).Placement(common.LegendPlacementBottom)).
		Tooltip(common.NewVizTooltipOptionsBuilder().Mode(common.TooltipDisplayModeSingle))
}

// newTable shows rows.
func newTable(title, description string) *table.PanelBuilder {
	return table.NewPanelBuilder().Title(asWritten(title)).Description(asWritten(description)).Datasource(source()).
		ShowHeader(true).CellHeight(common.TableCellHeightSm).
		Footer(common.NewTableFooterOptionsBuilder().Show(false).Reducer([]string{}).CountRows(false))
}

// property is one setting of an override.
func property(id string, value any) dashboard.DynamicConfigValue {
	return dashboard.DynamicConfigValue{Id: id, Value: value}
}

func fixed(color string) dashboard.DynamicConfigValue {
	return property("color", map[string]any{"mode": "fixed", "fixedColor": color})
}

func fixedColor(color string) *dashboard.FieldColorBuilder {
	return dashboard.NewFieldColorBuilder().Mode(dashboard.FieldColorModeIdFixed).FixedColor(color)
}

// byQuery matches the results of one query.
func byQuery(ref string) dashboard.MatcherConfig {
	return dashboard.MatcherConfig{Id: "byFrameRefID", Options: ref}
}

func transformation(id string, options map[string]any) dashboard.DataTransformerConfig {
	return dashboard.DataTransformerConfig{Id: id, Options: options}
}

// Fields that Grafana itself names in a table.
const (
	fieldTime  = "Time"
	fieldValue = "Value"
)

// valueOf returns the name of the field with a query's values, in a table of
// several queries.
func valueOf(ref string) string { return fieldValue + " #" + ref }

// columns orders, names and hides a table's fields.
type columns struct {
	order  []string
	names  map[string]string
	hidden []string
}

func (c *columns) add(field, name string) {
	c.order = append(c.order, field)
	if c.names == nil {
		c.names = map[string]string{}
	}
	c.names[field] = name
}

func (c *columns) hide(fields ...string) { c.hidden = append(c.hidden, fields...) }

func (c *columns) transformation() dashboard.DataTransformerConfig {
	index, excluded := map[string]int{}, map[string]bool{}
	for i, field := range c.order {
		index[field] = i
	}
	for _, field := range c.hidden {
		excluded[field] = true
	}
	return transformation("organize", map[string]any{
		"excludeByName": excluded, "indexByName": index, "renameByName": c.names, "includeByName": map[string]bool{},
	})
}

// unseen hides a column but keeps its data for links. Grafana 12.0 reads the
// first property, later releases the second.
func unseen() []dashboard.DynamicConfigValue {
	return []dashboard.DynamicConfigValue{
		property("custom.hidden", true),
		property("custom.hideFrom", map[string]bool{"legend": true, "tooltip": true, "viz": true}),
	}
}

// sortedBy orders a table's rows by the displayed name of a field.
func sortedBy(field string, descending bool) dashboard.DataTransformerConfig {
	return transformation("sortBy", map[string]any{"sort": []map[string]any{{"field": field, "desc": descending}}})
}

// tableBuilder is the SDK's builder of tables.
type tableBuilder = *table.PanelBuilder

// builder is the common interface of the SDK's panel builders.
type builder = cog.Builder[dashboard.Panel]

// placeholders returns a legend of the labels' values.
func placeholders(labels []string) string {
	if len(labels) == 0 {
		return ""
	}
	return "{{" + strings.Join(labels, "}} {{") + "}}"
}
