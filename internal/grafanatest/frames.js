// The answers of Prometheus' API as the data frames that Grafana's Prometheus
// data source (with the dataplane's field names, its default) makes of them.
import { FieldType, getFieldDisplayName, sortDataFrame } from '#grafana-data';

/**
 * The data frames of a panel's queries: first those of time series, then the
 * tables, each in the order of the queries.
 *
 * @param {object[]} targets the panel's `targets`
 * @param {Object<string, object>} answers by refId, the `data` of each answer: {resultType, result}
 * @returns {object[]} data frames
 */
export function framesOf(targets, answers) {
  const series = [];
  const tables = new Map();
  for (const target of targets ?? []) {
    if (target.hide) {
      continue;
    }
    const answer = answers[target.refId];
    if (!answer) {
      throw new Error(`query ${target.refId} has no answer`);
    }
    const frames = seriesFrames(target, answer);
    if (target.format === 'table') {
      tables.set(target.refId, frames);
    } else {
      series.push(...frames);
    }
  }
  nameByLabels(targets, [...series, ...[...tables.values()].flat()]);
  return [...series, ...tableFrames(tables)];
}

// One frame a series. A query without series has one frame without fields.
function seriesFrames(target, answer) {
  if (!['time_series', 'table', undefined, ''].includes(target.format)) {
    throw new Error(`query ${target.refId}: the format ${target.format} is not supported`);
  }
  if (target.range && target.instant) {
    throw new Error(`query ${target.refId} is both instant and range, which is not supported`);
  }
  const frames = samplesOf(target, answer).map(({ labels, samples }) => {
    const name = legend(target, labels);
    const times = samples.map(([seconds]) => Math.trunc(seconds * 1000));
    return {
      refId: target.refId,
      meta: {
        type: answer.resultType === 'matrix' ? 'timeseries-multi' : 'numeric-multi',
        typeVersion: [0, 1],
        custom: { resultType: answer.resultType },
        preferredVisualisationType: 'graph',
      },
      fields: [
        { name: 'Time', type: FieldType.time, config: {}, values: times },
        {
          name: labels.__name__ ?? 'Value',
          type: FieldType.number,
          config: name ? { displayNameFromDS: name } : {},
          labels,
          values: samples.map(([, value]) => number(value)),
        },
      ],
      length: samples.length,
    };
  });
  const interval = stepOf(frames);
  for (const frame of frames) {
    if (interval) {
      frame.fields[0].config.interval = interval;
    }
  }
  return frames.length ? frames : [{ refId: target.refId, meta: {}, fields: [], length: 0 }];
}

function samplesOf(target, { resultType, result }) {
  if (target.range && resultType !== 'matrix') {
    throw new Error(`query ${target.refId} asks for a range, and its answer is a ${resultType}`);
  }
  switch (resultType) {
    case 'matrix':
      return result.map((s) => ({ labels: s.metric, samples: s.values }));
    case 'vector':
      return result.map((s) => ({ labels: s.metric, samples: [s.value] }));
    case 'scalar':
      return [{ labels: {}, samples: [result] }];
    default:
      throw new Error(`query ${target.refId}: an answer of type ${resultType} is not supported`);
  }
}

function number(text) {
  const infinite = /^([+-]?)inf/i.exec(text);
  if (infinite) {
    return infinite[1] === '-' ? -Infinity : Infinity;
  }
  return Number.parseFloat(text);
}

// The data source knows the step of its query. Here it is the smallest distance
// between two samples.
function stepOf(frames) {
  let step = Infinity;
  for (const { fields } of frames) {
    fields[0].values.forEach((time, i, times) => {
      if (i > 0) {
        step = Math.min(step, time - times[i - 1]);
      }
    });
  }
  return Number.isFinite(step) ? step : undefined;
}

// What the data source calls a series: by the query's legend, or else by its
// labels. An automatic legend leaves it to the field's display name.
function legend({ legendFormat, expr }, labels) {
  const { __name__: metric = '', ...others } = labels;
  const pairs = Object.keys(others).sort().map((name) => `${name}=${JSON.stringify(others[name])}`);
  let text = pairs.length ? `${metric}{${pairs.join(', ')}}` : metric || '{}';
  if (legendFormat === '__auto') {
    text = Object.keys(labels).length ? '' : text;
  } else if (legendFormat) {
    text = legendFormat.replace(/\{\{(.+?)\}\}/g, (_, name) => labels[name.trim()] ?? '');
  }
  return text === '{}' ? expr : text;
}

// An automatic legend does not repeat the metric's name.
function nameByLabels(targets, frames) {
  for (const frame of frames) {
    const target = targets.find((t) => t.refId === frame.refId);
    for (const field of frame.fields) {
      if (target.legendFormat === '__auto' && field.labels?.__name__ === field.name) {
        field.config.displayNameFromDS = getFieldDisplayName({ ...field, name: 'Value' }, frame, frames);
      }
    }
  }
}

// One frame a query: Time, a column for each label in the order in which they
// are first seen, and the value, which is named for its query if there are
// several.
function tableFrames(tables) {
  const queries = [...tables];
  if (queries.length === 1 && queries[0][1].length === 1 && queries[0][1][0].length === 0) {
    return queries[0][1];
  }
  return queries.map(([refId, frames]) => tableFrame(refId, frames, queries.length > 1 ? `Value #${refId}` : 'Value'));
}

function tableFrame(refId, frames, valueName) {
  const rows = frames.flatMap((frame) => {
    const [time, value] = frame.fields;
    return (time?.values ?? []).map((t, i) => ({ time: t, labels: value.labels, value: value.values[i] }));
  });
  const names = new Set(frames.flatMap((frame) => Object.keys(frame.fields[1]?.labels ?? {}).sort()));
  const table = {
    refId,
    meta: { ...frames[0].meta, preferredVisualisationType: 'rawPrometheus' },
    fields: [
      {
        name: 'Time',
        type: FieldType.time,
        config: { ...frames[0].fields[0]?.config },
        values: rows.map((r) => r.time),
      },
      ...[...names].map((name) => ({
        name,
        type: FieldType.string,
        config: { filterable: true },
        values: rows.map((r) => r.labels[name] ?? ''),
      })),
      { name: valueName, type: FieldType.number, config: {}, values: rows.map((r) => r.value) },
    ],
    length: rows.length,
  };
  const sorted = rows.every((row, i) => i === 0 || rows[i - 1].time <= row.time);
  return sorted ? table : sortDataFrame(table, 0);
}
