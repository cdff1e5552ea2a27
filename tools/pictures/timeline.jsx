// The state timeline: Grafana has it in its server's half only, so it is drawn
// here on the same chart library with the same chart and legend components.
import { FieldType, applyNullInsertThreshold, formattedValueToString, getFieldDisplayName, outerJoinDataFrames } from '@grafana/data';
import { Pagination, UPlotChart, UPlotConfigBuilder, VizLayout, VizLegend } from '@grafana/ui';
import uPlot from 'uplot';

// lane is the top and height of a row, of a plot of that height: rows have the
// part share of their lanes, and the space that is left is between them.
function lane(i, count, height, share) {
  const high = (height / count) * share;
  const between = count > 1 ? (height - high * count) / (count - 1) : 0;
  return { top: count > 1 ? i * (high + between) : (height - high) / 2, high };
}

function transparent(color, opacity) {
  const part = Math.round((opacity / 100) * 255).toString(16).padStart(2, '0');
  return /^#[0-9a-f]{6}$/i.test(color) ? color + part : color;
}

// legendItems are the states that are seen, once each, unless colours go by a
// scale: then there are none, as in Grafana.
function legendItems(fields) {
  const mode = fields[0]?.config.color?.mode ?? 'fixed';
  if (mode.startsWith('continuous')) return [];
  const seen = new Map();
  for (const field of fields) {
    for (const value of field.values) {
      if (value == null) continue;
      const shown = field.display(value);
      if (shown.color && shown.text) seen.set(shown.text, shown.color);
    }
  }
  return [...seen].map(([label, color]) => ({ label, color, yAxis: 1 }));
}

function joined(frames, range) {
  const whole = frames.map((frame) => applyNullInsertThreshold({
    frame, refFieldPseudoMin: range.from.valueOf(), refFieldPseudoMax: range.to.valueOf(),
  }));
  // The magic number leaves nulls as they are, which end a state; what the join adds is undefined, and does not.
  const kept = whole.map((frame) => ({
    ...frame,
    fields: frame.fields.map((f) => (f.type === FieldType.time ? f : { ...f, config: { ...f.config, custom: { ...f.config.custom, spanNulls: f.config.custom?.spanNulls || -1 } } })),
  }));
  return outerJoinDataFrames({ frames: kept, keepDisplayNames: true });
}

function config(theme, timeZone, range, options, fields, names) {
  const builder = new UPlotConfigBuilder(timeZone);
  const share = options.rowHeight ?? 0.9;
  builder.addScale({ scaleKey: 'x', isTime: true, orientation: 0, direction: 1, range: () => [range.from.valueOf(), range.to.valueOf()] });
  builder.addScale({ scaleKey: 'y', isTime: false, orientation: 1, direction: 1, range: () => [0, 1] });
  builder.addAxis({ scaleKey: 'x', isTime: true, placement: 'bottom', timeZone, theme, grid: { show: true } });
  builder.addAxis({
    scaleKey: 'y', isTime: false, placement: 'left', theme, gap: 16, grid: { show: false }, ticks: { show: false },
    splits: (u) => fields.map((_, i) => {
      const { top, high } = lane(i, fields.length, u.bbox.height, share);
      return u.posToVal(Math.round(top + high / 2) / uPlot.pxRatio, 'y');
    }),
    values: () => names,
  });
  fields.forEach((field) => {
    builder.addSeries({ scaleKey: 'y', pathBuilder: () => null, pointsBuilder: () => false, theme, lineWidth: 0, show: true });
  });
  builder.addHook('draw', (u) => {
    const { ctx, bbox } = u;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.font = `500 ${Math.round(12 * uPlot.pxRatio)}px ${theme.typography.fontFamily}`;
    ctx.textBaseline = 'middle';
    const times = u.data[0];
    fields.forEach((field, i) => {
      const values = u.data[i + 1];
      const { top, high } = lane(i, fields.length, bbox.height, share);
      for (let at = 0; at < values.length; at++) {
        if (values[at] == null) continue;
        let next = at + 1;
        while (next < values.length && (values[next] === undefined || (options.mergeValues !== false && values[next] === values[at]))) next++;
        const left = Math.round(u.valToPos(times[at], 'x', true));
        const right = next === values.length ? bbox.left + bbox.width : Math.round(u.valToPos(times[next], 'x', true));
        const shown = field.display(values[at]);
        const fill = transparent(shown.color ?? '#808080', field.config.custom?.fillOpacity ?? 70);
        ctx.fillStyle = fill;
        ctx.fillRect(left, Math.round(bbox.top + top), Math.max(1, right - left), Math.round(high));
        const text = formattedValueToString(shown);
        const wide = ctx.measureText(text).width;
        if (options.showValue === 'always' || (options.showValue === 'auto' && wide + 4 < right - left)) {
          ctx.fillStyle = theme.colors.getContrastText(shown.color ?? '#808080', 3);
          ctx.textAlign = options.alignValue;
          const x = { left: left + 2, right: right - 2 }[options.alignValue] ?? (left + right) / 2;
          ctx.fillText(text, x, Math.round(bbox.top + top + high / 2));
        }
        at = next - 1;
      }
    });
    ctx.restore();
  });
  return builder;
}

export function StateTimeline({ frames, options, range, timeZone, theme, width, height }) {
  const perPage = options.perPage || frames.length;
  const series = frames.flatMap((frame) => {
    const time = frame.fields.find((f) => f.type === FieldType.time);
    return frame.fields.filter((f) => f !== time && f.type !== FieldType.time).map((f) => ({ ...frame, fields: [time, f] }));
  });
  const pages = Math.ceil(series.length / perPage);
  const shown = series.slice(0, perPage);
  const names = shown.map((frame) => getFieldDisplayName(frame.fields[1], frame, frames));
  const aligned = joined(shown, range);
  const fields = aligned.fields.slice(1);
  const builder = config(theme, timeZone, range, options, fields, names);
  const items = options.legend?.showLegend === false ? [] : legendItems(fields);
  const legend = items.length ? (
    <VizLayout.Legend placement={options.legend.placement}>
      <VizLegend placement={options.legend.placement} items={items} displayMode={options.legend.displayMode} />
    </VizLayout.Legend>
  ) : null;
  // Grafana pages whenever perPage is set, also over one page.
  const paging = options.perPage ? 40 : 0;
  return (
    <div data-part="timeline" data-rows={fields.length} data-pages={pages} style={{ display: 'flex', flexDirection: 'column' }}>
      <VizLayout width={width} height={height - paging} legend={legend}>
        {(w, h) => <UPlotChart config={builder} data={aligned.fields.map((f) => f.values)} width={w} height={h} />}
      </VizLayout>
      {paging > 0 && (
        <div style={{ display: 'flex', justifyContent: 'center', height: paging, paddingTop: 8 }}>
          <Pagination currentPage={1} numberOfPages={pages} onNavigate={() => {}} />
        </div>
      )}
    </div>
  );
}
