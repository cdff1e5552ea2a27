// Which field options there are. Grafana's application registers them; the
// library has only the place for them.
import {
  FieldColorModeId,
  FieldType,
  PanelPlugin,
  displayNameOverrideProcessor,
  identityOverrideProcessor,
  numberOverrideProcessor,
  standardFieldConfigEditorRegistry,
  stringOverrideProcessor,
} from '#grafana-data';

const always = () => true;
const numbers = (field) => field.type === FieldType.number;
const notTimes = (field) => field.type !== FieldType.time;

function option(id, process, shouldApply = always, more = {}) {
  return { id, path: id, name: id, editor: () => null, override: () => null, settings: {}, process, shouldApply, ...more };
}

standardFieldConfigEditorRegistry.setInit(() => [
  option('unit', stringOverrideProcessor),
  option('min', numberOverrideProcessor, numbers),
  option('max', numberOverrideProcessor, numbers),
  option('fieldMinMax', identityOverrideProcessor, numbers),
  option('decimals', numberOverrideProcessor, numbers),
  option('displayName', displayNameOverrideProcessor, always, { settings: { expandTemplateVars: true } }),
  option('color', identityOverrideProcessor),
  option('noValue', stringOverrideProcessor),
  option('links', identityOverrideProcessor),
  option('actions', identityOverrideProcessor),
  option('mappings', identityOverrideProcessor, notTimes, { defaultValue: [] }),
  option('thresholds', identityOverrideProcessor, always, {
    defaultValue: {
      mode: 'absolute',
      steps: [
        { value: -Infinity, color: 'green' },
        { value: 80, color: 'red' },
      ],
    },
  }),
]);

// The colours that a type of panel has by itself. The others go by thresholds.
const colors = {
  timeseries: FieldColorModeId.PaletteClassic,
  barchart: FieldColorModeId.PaletteClassic,
  piechart: FieldColorModeId.PaletteClassic,
  trend: FieldColorModeId.PaletteClassic,
  'state-timeline': FieldColorModeId.ContinuousGrYlRd,
};

/**
 * A plugin with the standard options, and with the custom options that occur
 * in the panel, which have no default and no effect on texts and colours.
 *
 * @param {object} panel
 * @returns {PanelPlugin}
 */
export function pluginOf(panel) {
  const plugin = new PanelPlugin(null);
  plugin.meta = { id: panel.type, name: panel.type };
  const mode = colors[panel.type];
  plugin.useFieldConfig({
    standardOptions: mode ? { color: { defaultValue: { mode } } } : {},
    useCustomConfig: (builder) => {
      for (const path of customPaths(panel.fieldConfig)) {
        builder.addCustomEditor(option(path, identityOverrideProcessor));
      }
    },
  });
  return plugin;
}

function customPaths(fieldConfig) {
  const ids = (fieldConfig?.overrides ?? []).flatMap((rule) => rule.properties.map((property) => property.id));
  return new Set([
    ...Object.keys(fieldConfig?.defaults?.custom ?? {}),
    ...ids.filter((id) => id.startsWith('custom.')).map((id) => id.slice('custom.'.length)),
  ]);
}
