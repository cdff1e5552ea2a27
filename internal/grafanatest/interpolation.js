// What ${…} stands for in links and display names, as Grafana's dashboards
// (scenes) resolve it.
import property from 'lodash/property.js';
import {
  FieldType,
  dateMath,
  formatLabels,
  formattedValueToString,
  getFieldDisplayName,
  getFieldDisplayValuesProxy,
  getFrameDisplayName,
  urlUtil,
} from '#grafana-data';

const all = '$__all';

// ${name.path:format}, [[name:format]] and $name.
const expression = /\$\{(\w+)(?:\.([^:}]+))?(?::([^}]+))?\}|\[\[(\w+?)(?::(\w+))?\]\]|\$(\w+)/g;

/**
 * @param {object} context see panelData
 * @returns {function(string, object=, string=): string} Grafana's InterpolateFunction
 */
export function interpolator(context) {
  return (text, scopedVars, defaultFormat) =>
    (text ?? '').replace(expression, (match, braced, path, bracedFormat, bracketed, bracketedFormat, bare) => {
      const name = braced ?? bracketed ?? bare;
      const resolved = resolve(name, path, scopedVars ?? {}, context);
      if (resolved === undefined) {
        return match; // left as it stands
      }
      if (resolved.address !== undefined) {
        return resolved.address; // encoded already
      }
      return format(resolved, bracedFormat ?? bracketedFormat ?? defaultFormat ?? 'glob');
    });
}

function resolve(name, path, scopedVars, context) {
  if (name in scopedVars && name !== '__dataContext') {
    return { name, value: scopedVars[name].value, text: scopedVars[name].text };
  }
  if (Object.hasOwn(context.variables ?? {}, name)) {
    return { name, value: context.variables[name], variable: true };
  }
  const data = scopedVars.__dataContext?.value;
  switch (name) {
    case '__url_time_range':
      return { address: urlUtil.toUrlParams(timeParameters(context)) };
    case '__all_variables':
      return { address: allVariables(context.variables ?? {}) };
    case '__from':
    case '__to':
      return { name, value: momentOf(context, name.slice(2)) };
    case '__timezone':
      return { name, value: context.timeZone };
    case '__value':
      return data && found(name, valueOf(data, path));
    case '__data':
      return data && path && data.rowIndex !== undefined ? found(name, property(path)(rowOf(data)) ?? '') : undefined;
    case '__field':
      return data && path ? found(name, property(path)(fieldOf(data)) ?? '') : undefined;
    case '__series':
      return data && path === 'name' ? { name, value: getFrameDisplayName(data.frame, data.frameIndex) } : undefined;
    default:
      return undefined;
  }
}

function found(name, value) {
  return value === undefined ? undefined : { name, value };
}

function valueOf({ frame, field, rowIndex, calculatedValue }, path) {
  if (calculatedValue) {
    if (path === 'time') {
      return '';
    }
    return path === 'numeric' || path === 'raw' ? calculatedValue.numeric : formattedValueToString(calculatedValue);
  }
  if (rowIndex === undefined || rowIndex === null) {
    return undefined;
  }
  if (path === 'time') {
    return frame.fields.find((f) => f.type === FieldType.time)?.values[rowIndex] ?? '';
  }
  const raw = field.values[rowIndex];
  if (path === 'raw') {
    return raw ?? '';
  }
  const shown = field.display(raw);
  return path === 'numeric' ? shown.numeric : formattedValueToString(shown);
}

function rowOf({ frame, rowIndex }) {
  return { name: frame.name, refId: frame.refId, fields: getFieldDisplayValuesProxy({ frame, rowIndex }) };
}

function fieldOf({ field, frame, data }) {
  const labels = field.labels && {
    ...field.labels,
    __values: Object.values(field.labels).sort().join(', '),
    toString: () => formatLabels(field.labels, '', true),
  };
  return { name: field.name, displayName: getFieldDisplayName(field, frame, data), labels: labels ?? '' };
}

function timeParameters({ from, to, timeZone }) {
  const written = (moment) => (typeof moment === 'number' ? new Date(moment).toISOString() : moment);
  return { from: written(from), to: written(to), timezone: timeZone };
}

function momentOf(context, end) {
  const moment = context[end];
  return typeof moment === 'number' ? moment : dateMath.parse(moment, end === 'to', context.timeZone).valueOf();
}

function allVariables(variables) {
  return Object.keys(variables)
    .filter((name) => variables[name] !== '')
    .map((name) => parameters(name, variables[name]))
    .join('&');
}

function parameters(name, value) {
  const values = Array.isArray(value) && value.length <= 1 ? [String(value)] : value;
  return urlUtil.toUrlParams({ [`var-${name}`]: values });
}

function format({ name, value, text, variable }, formatName) {
  if (value === null || value === undefined) {
    return '';
  }
  const plain = typeof value === 'object' && !Array.isArray(value) ? `${value}` : value;
  const isAll = variable && [plain].flat()[0] === all;
  const list = Array.isArray(plain) && plain.length > 1 ? `{${plain.join(',')}}` : String(plain);
  switch (formatName) {
    case 'queryparam':
      return parameters(name, plain);
    case 'text':
      return isAll ? 'All' : (text ?? [plain].flat().join(' + '));
  }
  if (isAll) {
    throw new Error(`variable ${name} is All, whose values are not known here: only :queryparam and :text are`);
  }
  switch (formatName) {
    case 'glob':
      return list;
    case 'raw':
    case 'csv':
      return String(plain);
    case 'uriencode':
      return strict(encodeURI(Array.isArray(plain) ? `{${plain.join(',')}}` : String(plain)));
    case 'percentencode':
      return strict(encodeURIComponent(Array.isArray(plain) ? `{${plain.join(',')}}` : String(plain)));
    default:
      throw new Error(`variable ${name}: the format ${formatName} is not supported`);
  }
}

// What encodeURI and encodeURIComponent leave, though RFC 3986 reserves it.
function strict(encoded) {
  return encoded.replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
