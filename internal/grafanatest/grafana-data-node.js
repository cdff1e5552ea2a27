// Grafana's data library, for Node. It looks for a browser's objects while it
// is loaded; and its ES modules do not load in Node, its CommonJS modules do.
import { createRequire } from 'node:module';
import { JSDOM } from 'jsdom';

const { window } = new JSDOM('<!doctype html>', { url: 'http://localhost/' });
globalThis.window = window;
for (const name of ['document', 'localStorage', 'location', 'DOMParser', 'Element', 'HTMLElement']) {
  globalThis[name] = window[name];
}
globalThis.navigator ??= window.navigator; // Node has its own from version 21

// Before version 20.19, Node cannot require an ES module. It finds one that is
// already loaded.
const require = createRequire(import.meta.url);
for (const name of ['d3-interpolate', 'marked']) {
  const filename = require.resolve(name);
  require.cache[filename] = { id: filename, filename, loaded: true, exports: await import(name) };
}

export const {
  FieldColorModeId,
  FieldType,
  PanelPlugin,
  ReducerID,
  VariableFormatID,
  applyFieldOverrides,
  createTheme,
  dateMath,
  dateTimeFormat,
  displayNameOverrideProcessor,
  formatLabels,
  formattedValueToString,
  getDisplayProcessor,
  getFieldDisplayName,
  getFieldDisplayValues,
  getFieldDisplayValuesProxy,
  getFrameDisplayName,
  getPanelOptionsWithDefaults,
  identityOverrideProcessor,
  numberOverrideProcessor,
  reduceField,
  sortDataFrame,
  standardFieldConfigEditorRegistry,
  standardTransformers,
  standardTransformersRegistry,
  stringOverrideProcessor,
  transformDataFrame,
  urlUtil,
} = require('@grafana/data');
