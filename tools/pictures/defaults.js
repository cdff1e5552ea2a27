// What a panel has that does not say otherwise: Grafana's own defaults, which
// it adds when it reads a dashboard, and which a generated one leaves out.
const hideFrom = { tooltip: false, viz: false, legend: false };

const defaults = {
  stat: {
    options: {
      reduceOptions: { values: false, calcs: ['lastNotNull'], fields: '' },
      orientation: 'auto', textMode: 'auto', colorMode: 'value', graphMode: 'area',
      justifyMode: 'auto', showPercentChange: false, wideLayout: true,
    },
    color: { mode: 'thresholds' },
  },
  bargauge: {
    options: {
      reduceOptions: { values: false, calcs: ['lastNotNull'], fields: '' },
      orientation: 'auto', displayMode: 'gradient', valueMode: 'color', namePlacement: 'auto',
      showUnfilled: true, sizing: 'auto', minVizWidth: 8, minVizHeight: 16, maxVizHeight: 300,
    },
    color: { mode: 'thresholds' },
  },
  table: {
    options: { frameIndex: 0, showHeader: true, cellHeight: 'sm' },
    color: { mode: 'thresholds' },
    custom: { align: 'auto', cellOptions: { type: 'auto' }, inspect: false, hideFrom },
  },
  timeseries: {
    options: { legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] } },
    color: { mode: 'palette-classic' },
    custom: {
      drawStyle: 'line', lineInterpolation: 'linear', barAlignment: 0, barWidthFactor: 0.6,
      lineWidth: 1, fillOpacity: 0, gradientMode: 'none', spanNulls: false, insertNulls: false,
      showPoints: 'auto', showValues: false, pointSize: 5, stacking: { mode: 'none', group: 'A' },
      axisPlacement: 'auto', axisLabel: '', axisColorMode: 'text', axisBorderShow: false,
      axisCenteredZero: false, scaleDistribution: { type: 'linear' }, hideFrom,
      thresholdsStyle: { mode: 'off' },
    },
  },
  'state-timeline': {
    options: {
      mergeValues: true, showValue: 'auto', alignValue: 'left', rowHeight: 0.9, perPage: 20,
      legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
    },
    color: { mode: 'continuous-GrYlRd' },
    custom: { lineWidth: 0, fillOpacity: 70, hideFrom, axisPlacement: 'auto', spanNulls: false },
  },
};

const thresholds = { mode: 'absolute', steps: [{ value: null, color: 'green' }, { value: 80, color: 'red' }] };

export function withDefaults(panel) {
  const d = defaults[panel.type];
  if (!d) return panel;
  const own = panel.fieldConfig?.defaults ?? {};
  return {
    ...panel,
    options: {
      ...d.options, ...panel.options,
      ...(d.options.reduceOptions && { reduceOptions: { ...d.options.reduceOptions, ...panel.options?.reduceOptions } }),
    },
    fieldConfig: {
      defaults: { thresholds, color: d.color, ...own, ...(d.custom && { custom: { ...d.custom, ...own.custom } }) },
      overrides: panel.fieldConfig?.overrides ?? [],
    },
  };
}
