// The transformation "time series to table", which is in Grafana's application
// and not in its library: a row a series, with its labels, its latest value
// and its line.
import { map } from 'rxjs';
import { FieldType, ReducerID, reduceField } from '#grafana-data';

export const timeSeriesTable = {
  id: 'timeSeriesTable',
  name: 'Time series to table',
  defaultOptions: {},
  operator: (options) => (source) => source.pipe(map((frames) => toTables(frames, options ?? {}))),
};

function toTables(frames, options) {
  const tables = new Map();
  const others = [];
  for (const frame of frames) {
    const time = frame.fields.find((f) => f.type === FieldType.time);
    const value = frame.fields.find((f) => f.type === FieldType.number);
    if (!time || !value) {
      others.push(frame);
      continue;
    }
    const key = frame.refId ?? '';
    tables.set(key, [...(tables.get(key) ?? []), { frame: { ...frame, fields: [time, value] }, value }]);
  }
  return [...others, ...[...tables].map(([refId, rows]) => toTable(refId, rows, options[refId] ?? {}))];
}

function toTable(refId, rows, { stat = ReducerID.lastNotNull }) {
  const names = new Set(rows.flatMap(({ value }) => Object.keys(value.labels ?? {})));
  const columns = [...names].map((name) => ({
    name,
    type: FieldType.string,
    config: {},
    values: rows.map(({ value }) => value.labels?.[name] ?? ''),
  }));
  const trend = {
    name: `Trend${refId && ` #${refId}`}`,
    type: FieldType.frame,
    config: {},
    values: rows.map(({ frame, value }) => ({ ...frame, value: reduceField({ field: value, reducers: [stat] })[stat] })),
  };
  return { refId, fields: [...columns, trend], length: rows.length };
}
