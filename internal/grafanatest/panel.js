// A panel's data as Grafana shows it. Transformations, field options, texts,
// colours and links are computed by Grafana's own library.
import {
  applyFieldOverrides,
  createTheme,
  getFieldDisplayValues,
  getPanelOptionsWithDefaults,
  standardTransformers,
  standardTransformersRegistry,
  transformDataFrame,
} from '#grafana-data';
import { framesOf } from './frames.js';
import { interpolator } from './interpolation.js';
import { pluginOf } from './options.js';

// Some stand there under two names.
const transformers = new Map(Object.values(standardTransformers).map((t) => [t.id, t]));

standardTransformersRegistry.setInit(() =>
  [...transformers.values()].map((t) => ({ id: t.id, name: t.name, transformation: t }))
);

/**
 * @typedef {object} Context
 * @property {Object<string, string|string[]>} variables the dashboard's, in its order; "$__all" for All
 * @property {number|string} from the time range's start: milliseconds, or as in "now-30d"
 * @property {number|string} to its end
 * @property {string} timeZone such as "Europe/Stockholm", "utc" or "browser"
 * @property {'dark'|'light'} theme
 * @property {'sv'|'en'} locale by which the unit "locale" groups digits; a browser has its own
 */

/**
 * @typedef {object} PanelData
 * @property {object[]} frames data frames after transformations and field options: every field has
 *   `config`, `display(value)` → {text, prefix, suffix, color, …} and `getLinks({valueRowIndex})` → [{href, title, target}]
 * @property {object} fieldConfig the panel's, with the defaults of its type
 * @property {object} options the panel's
 * @property {object} theme Grafana's theme
 * @property {string} timeZone
 * @property {function} replaceVariables Grafana's InterpolateFunction
 */

/**
 * @param {object} panel of a dashboard in schema v1
 * @param {Object<string, object>} answers by refId, the `data` of each answer of Prometheus' API
 * @param {Context} context
 * @returns {PanelData}
 */
export function panelData(panel, answers, context) {
  const theme = createTheme({ colors: { mode: context.theme } });
  const plugin = pluginOf(panel);
  const { options, fieldConfig } = getPanelOptionsWithDefaults({
    plugin,
    currentOptions: structuredClone(panel.options ?? {}),
    currentFieldConfig: structuredClone(panel.fieldConfig ?? { defaults: {}, overrides: [] }),
    isAfterPluginChange: false,
  });
  const replaceVariables = interpolator(context);
  const frames = applyFieldOverrides({
    data: transform(panel.transformations ?? [], framesOf(panel.targets, answers), replaceVariables),
    fieldConfig,
    fieldConfigRegistry: plugin.fieldConfigRegistry,
    replaceVariables,
    theme,
    timeZone: context.timeZone,
  });
  return { frames, fieldConfig, options, theme, timeZone: context.timeZone, replaceVariables };
}

/**
 * What a stat, gauge or bar gauge shows: one value a field, or a row.
 *
 * @param {PanelData} data
 * @returns {object[]} Grafana's FieldDisplay: display → {title, text, prefix, suffix, color}, getLinks()
 */
export function panelValues({ frames, fieldConfig, options, theme, timeZone, replaceVariables }) {
  return getFieldDisplayValues({
    data: frames,
    fieldConfig,
    reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false, ...options.reduceOptions },
    replaceVariables,
    theme,
    timeZone,
    sparkline: (options.graphMode ?? 'area') !== 'none',
  });
}

// The library's transformers answer at once.
function transform(transformations, frames, interpolate) {
  const unknown = transformations.find(({ id }) => !transformers.has(id));
  if (unknown) {
    throw new Error(`the transformation ${unknown.id} is not in @grafana/data, and is not supported`);
  }
  let result;
  transformDataFrame(transformations, frames, { interpolate }).subscribe({
    next: (after) => (result = after),
    error: (fault) => {
      throw fault;
    },
  });
  return result;
}
