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

export const {
  FieldColorModeId,
  FieldType,
  PanelPlugin,
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
  sortDataFrame,
  standardFieldConfigEditorRegistry,
  standardTransformers,
  standardTransformersRegistry,
  stringOverrideProcessor,
  transformDataFrame,
  urlUtil,
} = createRequire(import.meta.url)('@grafana/data');
