// A panel of a dashboard: its head, and what is in it by its type.
import { FieldType, getDisplayValueAlignmentFactors, getFieldDisplayValues, renderMarkdown } from '@grafana/data';
import { BarGauge, BigValue, Icon, PanelChrome, TimeSeries, VizRepeater } from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';
import { Component } from 'react';
import { StateTimeline } from './timeline.jsx';

function Empty({ panel, width, height, theme }) {
  return (
    <div data-part="empty" style={{ width, height, display: 'flex', alignItems: 'center', justifyContent: 'center', textAlign: 'center', color: theme.colors.text.secondary, fontSize: theme.typography.h4?.fontSize ?? 18 }}>
      {panel.fieldConfig?.defaults?.noValue || 'No data'}
    </div>
  );
}

const repeats = (values) => () => values;

function fieldValues({ panel, frames, theme, timeZone, replaceVariables = (text) => text }, extra = {}) {
  return getFieldDisplayValues({
    fieldConfig: panel.fieldConfig, reduceOptions: panel.options.reduceOptions, replaceVariables,
    theme, data: frames, timeZone, ...extra,
  });
}

function Stat(props) {
  const { panel: { options }, range, theme, width, height } = props;
  const values = fieldValues(props, { sparkline: options.graphMode !== 'none', percentChange: options.showPercentChange });
  return (
    <VizRepeater
      getValues={repeats(values)} getAlignmentFactors={getDisplayValueAlignmentFactors} source={values} renderCounter={0}
      width={width} height={height} itemSpacing={3} autoGrid orientation={options.orientation}
      renderValue={({ value, alignmentFactors, width: w, height: h, count }) => {
        const sparkline = value.sparkline && { ...value.sparkline, timeRange: range };
        if (sparkline) Object.assign(sparkline, { xMin: range.from.valueOf(), xMax: range.to.valueOf(), yMin: value.field.min, yMax: value.field.max });
        return (
          <div data-part="stat" style={{ width: w, height: h }}>
            <BigValue
              value={value.display} count={count} sparkline={sparkline} colorMode={options.colorMode} graphMode={options.graphMode}
              justifyMode={options.justifyMode} textMode={options.textMode} alignmentFactors={alignmentFactors} text={options.text}
              width={w} height={h} theme={theme} wideLayout={options.wideLayout} percentChangeColorMode={options.percentChangeColorMode}
            />
          </div>
        );
      }}
    />
  );
}

function Bars(props) {
  const { panel: { options }, theme, width, height } = props;
  const values = fieldValues(props);
  const spacing = options.displayMode === 'lcd' ? 2 : 10;
  const automatic = options.sizing === 'auto';
  return (
    <VizRepeater
      getValues={repeats(values)} getAlignmentFactors={getDisplayValueAlignmentFactors} source={values} renderCounter={0}
      width={width} height={height} itemSpacing={spacing} orientation={options.orientation}
      minVizWidth={automatic ? 0 : options.minVizWidth} minVizHeight={automatic ? 0 : options.minVizHeight}
      maxVizHeight={automatic ? 300 : options.maxVizHeight}
      renderValue={({ value, alignmentFactors, orientation, width: w, height: h, count }) => (
        <div data-part="bar" style={{ width: w, height: h }}>
          <BarGauge
            value={value.display} field={value.field} display={value.view?.getFieldDisplayProcessor(value.colIndex)}
            width={w} height={h} orientation={orientation} text={options.text} theme={theme} itemSpacing={spacing}
            displayMode={options.displayMode} alignmentFactors={count > 1 ? alignmentFactors : undefined}
            showUnfilled={options.showUnfilled} valueDisplayMode={options.valueMode} namePlacement={options.namePlacement}
          />
        </div>
      )}
    />
  );
}

function Table(props) {
  const { panel: { options }, frames, range, width, height } = props;
  const frame = frames[options.frameIndex ?? 0] ?? frames[0];
  if (!frame?.fields.length) return <Empty {...props} />;
  // With more than one frame Grafana shows one, and a choice below it.
  const choice = frames.length > 1 ? 40 : 0;
  return (
    <div data-part="table" style={{ width, height }}>
      <TableNG
        data={frame} width={width} height={height - choice} noHeader={!options.showHeader} showTypeIcons={options.showTypeIcons}
        cellHeight={options.cellHeight} initialSortBy={options.sortBy} timeRange={range} structureRev={1} enableVirtualization={false}
        enablePagination={options.enablePagination} frozenColumns={options.frozenColumns?.left} disableSanitizeHtml={false}
        fieldConfig={props.panel.fieldConfig} getActions={() => []}
      />
      {choice > 0 && (
        <div data-part="frames" style={{ marginTop: 8, height: 32, border: `1px solid ${props.theme.colors.border.medium}`, padding: '4px 8px' }}>
          {frame.name || frame.refId}
        </div>
      )}
    </div>
  );
}

function Lines(props) {
  const { panel: { options }, frames, range, timeZone, width, height } = props;
  const graphable = frames.filter((f) => f.fields.some((x) => x.type === FieldType.time) && f.fields.some((x) => x.type === FieldType.number));
  if (!graphable.length) return <Empty {...props} />;
  return (
    <TimeSeries frames={graphable} structureRev={1} timeRange={range} timeZone={timeZone} width={width} height={height} legend={options.legend} options={options} />
  );
}

function Timeline(props) {
  if (!props.frames.some((f) => f.fields.some((x) => x.type === FieldType.time))) return <Empty {...props} />;
  return <StateTimeline {...props} options={props.panel.options} />;
}

function Text({ panel: { options }, say, width, height }) {
  const html = options.mode === 'html' ? say(options.content) : renderMarkdown(say(options.content ?? ''));
  return <div className="markdown-html" style={{ width, height, overflow: 'auto' }} dangerouslySetInnerHTML={{ __html: html }} />;
}

const types = { stat: Stat, bargauge: Bars, table: Table, timeseries: Lines, 'state-timeline': Timeline, text: Text };
const unpadded = new Set(['stat']);

// Broken shows why a panel could not be drawn in its place.
class Broken extends Component {
  state = {};

  static getDerivedStateFromError(error) {
    return { error };
  }

  componentDidCatch(error) {
    console.error(`panel ${this.props.id}: ${error.stack ?? error}`);
  }

  render() {
    return this.state.error ? <div style={{ color: 'red' }}>{String(this.state.error)}</div> : this.props.children;
  }
}

// Its button is seen when the pointer is on the panel, and has its place in the head always.
const menu = () => <div />;

export function Panel(props) {
  const { panel, say, info, width, height, error } = props;
  const Type = types[panel.type] ?? (() => <div>{`panel type ${panel.type} is not drawn`}</div>);
  // A stat fills its panel where it has a colour of its own behind it.
  const padding = unpadded.has(panel.type) && String(panel.options.colorMode).startsWith('background') ? 'none' : 'md';
  return (
    <PanelChrome
      width={width} height={height} title={say(panel.title)} description={panel.description ? () => say(panel.description) : undefined}
      displayMode={panel.transparent ? 'transparent' : 'default'} padding={padding} statusMessage={error} menu={menu}
      titleItems={[
        panel.links?.length > 0 && (
          <PanelChrome.TitleItem key="links"><Icon name={panel.links.length === 1 ? 'external-link-alt' : 'link'} size="md" /></PanelChrome.TitleItem>
        ),
        info && <PanelChrome.TitleItem key="time"><Icon name="clock-nine" size="sm" /> {info}</PanelChrome.TitleItem>,
      ].filter(Boolean)}
    >
      {(w, h) => <Broken id={panel.id}><Type {...props} width={w} height={h} /></Broken>}
    </PanelChrome>
  );
}
