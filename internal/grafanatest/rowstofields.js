// The transformation "rows to fields", which is in Grafana's application and
// not in its library: a field a row, named and filled from two columns; the
// other columns are its labels or, where mapped so, its options.
import { map } from 'rxjs';
import { FieldType } from '#grafana-data';

const options = new Map([
  ['displayName', String],
  ['unit', String],
  ['decimals', Number],
  ['min', Number],
  ['max', Number],
  ['color', (color) => ({ mode: 'fixed', fixedColor: color })],
]);

export const rowsToFields = {
  id: 'rowsToFields',
  name: 'Rows to fields',
  defaultOptions: {},
  operator: ({ mappings = [] }) => (source) => source.pipe(map((frames) => frames.map((frame) => toFields(frame, mappings)))),
};

function toFields(frame, mappings) {
  const said = new Map(mappings.map(({ fieldName, handlerKey }) => [fieldName, handlerKey]));
  const shown = (field) => field.config.displayName ?? field.state?.displayName ?? field.name;
  const use = new Map(frame.fields.map((field) => [field, said.get(shown(field)) ?? said.get(field.name)]));
  const first = (handler, type) => frame.fields.find((f) => use.get(f) === handler) ?? frame.fields.find((f) => f.type === type && !use.get(f));
  const names = first('field.name', FieldType.string);
  const values = first('field.value', FieldType.number);
  if (!names || !values) {
    return frame;
  }
  const others = frame.fields.filter((f) => f !== names && f !== values && use.get(f) !== '__ignore');
  const fields = names.values.map((name, row) => {
    const field = { name: `${name}`, type: values.type, config: { ...values.config, displayName: undefined }, labels: {}, values: [values.values[row]] };
    for (const other of others) {
      const to = use.get(other);
      if (options.has(to)) {
        field.config[to] = options.get(to)(other.values[row]);
      } else if (to === undefined || to === 'field.label') {
        field.labels[shown(other)] = other.values[row];
      } else {
        throw new Error(`rowsToFields: ${to} is not supported`);
      }
    }
    return field;
  });
  return { ...frame, fields, length: 1 };
}
