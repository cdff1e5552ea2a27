// What a dashboard asks of Prometheus: its variables, its times and each
// panel's targets, as Grafana's data source for Prometheus asks them.
import { dateMath, dateTime, rangeUtil } from '@grafana/data';

// scrapeInterval is timeInterval of the provisioned data source.
const scrapeInterval = 15;

export function timeRange(from, to, timeZone) {
  return {
    from: dateMath.toDateTime(from, { roundUp: false, timezone: timeZone }),
    to: dateMath.toDateTime(to, { roundUp: true, timezone: timeZone }),
    raw: { from, to },
  };
}

// panelRange is the panel's own time, or the dashboard's.
export function panelRange(panel, range, timeZone) {
  if (!panel.timeFrom && !panel.timeShift) return { range };
  let own = range;
  let info = '';
  if (panel.timeFrom) {
    const described = rangeUtil.describeTextRange(panel.timeFrom);
    if (described.invalid) return { range, info: 'invalid timeframe' };
    if (rangeUtil.isRelativeTimeRange(range.raw)) {
      own = timeRange(described.from, described.to, timeZone);
      info = described.display;
    }
  }
  if (panel.timeShift) {
    const shift = `-${panel.timeShift}`;
    info += ` timeshift ${shift}`;
    const at = (t, roundUp) => dateMath.parseDateMath(shift, t, roundUp) ?? t;
    own = { from: at(own.from, false), to: at(own.to, true), raw: own.raw };
  }
  return { range: own, info: panel.hideTimeOverride ? '' : info };
}

const escaped = (text) => text.replace(/\\/g, '\\\\\\\\').replace(/[$^*{}[\]'+?.()|]/g, '\\\\$&');

// regexp is a variable's value within a PromQL regular expression.
function regexp({ values, all, multi }) {
  if (values.includes('$__all')) return all;
  if (!multi) return values[0] ?? '';
  const each = values.map(escaped);
  return each.length === 1 ? each[0] : `(${each.join('|')})`;
}

// choices are what a variable's pattern takes out of series, each written as Grafana does.
function choices(series, pattern) {
  const [, source, flags] = /^\/(.*)\/(\w*)$/s.exec(pattern) ?? [];
  return series.flatMap(({ metric, value }) => {
    const labels = Object.entries(metric).map(([name, label]) => `${name}="${label}"`).join(',');
    const match = new RegExp(source ?? pattern, flags).exec(`{${labels}} ${value[1]} ${value[0] * 1000}`);
    if (!match) return [];
    return [{ value: match.groups?.value ?? match[1], text: match.groups?.text ?? match.groups?.value ?? match[1] }];
  });
}

const reference = /\$(\w+)|\[\[(\w+)(?::(\w+))?\]\]|\$\{(\w+)(?:\.[^:^}]+)?(?::([^}]+))?\}/g;

// interpolate replaces the variables within text by what say makes of them.
function interpolate(text, say) {
  return text.replace(reference, (written, a, b, formB, c, formC) => say(a ?? b ?? c, formB ?? formC) ?? written);
}

export class Queries {
  constructor(board, { variables = {}, range, timeZone }) {
    this.board = board;
    this.range = range;
    this.timeZone = timeZone;
    this.asked = 0;
    this.variables = (board.templating?.list ?? []).map((v) => {
      const current = [].concat(v.current?.value ?? v.query ?? '');
      const multi = Boolean(v.multi || v.includeAll);
      return { ...v, multi, values: variables[v.name] ?? current, given: v.name in variables, options: [], all: v.allValue || '.*' };
    });
  }

  variable(name) {
    return this.variables.find((v) => v.name === name);
  }

  // text is text for a reader: titles, links.
  text(text, extra = {}) {
    return interpolate(text ?? '', (name) => {
      if (name in extra) return extra[name];
      const v = this.variable(name);
      if (!v) return undefined;
      return v.values.map((value) => (value === '$__all' ? 'All' : v.texts?.get(value) ?? value)).join(' + ');
    });
  }

  promql(text, extra = {}) {
    return interpolate(text, (name) => {
      if (name in extra) return String(extra[name]);
      const v = this.variable(name);
      return v && regexp(v);
    });
  }

  times(range) {
    return { start: Math.floor(range.from.valueOf() / 1000), end: Math.ceil(range.to.valueOf() / 1000) };
  }

  // nextVariable is what the next of the variables asks, if one is left.
  nextVariable() {
    for (; this.asked < this.variables.length; this.asked++) {
      const v = this.variables[this.asked];
      if (v.type !== 'query') continue;
      const expression = typeof v.query === 'string' ? v.query : v.query?.query ?? '';
      const [, result] = /^query_result\((.*)\)$/s.exec(expression) ?? [];
      if (result) return { path: 'query', parameters: { query: this.promql(result), time: this.times(this.range).end } };
      const [, match, label] = /^label_values\((?:(.*),\s*)?(\w+)\)$/s.exec(expression) ?? [];
      if (!label) continue;
      const { start, end } = this.times(this.range);
      const parameters = { label, start, end };
      if (match) parameters['match[]'] = this.promql(match);
      return { path: 'label', parameters };
    }
    return undefined;
  }

  answerVariable(answer) {
    const v = this.variables[this.asked++];
    const options = Array.isArray(answer) ? answer : choices(answer.result, v.regex);
    v.options = options.map((option) => option.value ?? option);
    v.texts = new Map(options.map((option) => [option.value ?? option, option.text ?? option]));
    return this.settle(v, v.options);
  }

  settle(v, options) {
    // Grafana falls back to the first option where what is set is none.
    if (!v.given && !v.includeAll && !options.includes(v.values[0])) v.values = options.slice(0, 1);
  }

  // target is the query of a panel's target, for a plot of so many pixels.
  target(panel, target, range, pixels) {
    const { start, end } = this.times(range);
    const seconds = end - start;
    const minimum = target.interval || panel.interval || `${scrapeInterval}s`;
    const { intervalMs } = rangeUtil.calculateInterval(range, panel.maxDataPoints || pixels, minimum);
    const step = Math.max(intervalMs / 1000, Math.ceil(seconds / 11000));
    const rate = Math.max(step + scrapeInterval, 4 * scrapeInterval);
    const query = this.promql(target.expr, {
      __interval: `${step}s`, __interval_ms: step * 1000, __rate_interval: `${rate}s`,
      __range: `${seconds}s`, __range_s: seconds, __range_ms: seconds * 1000,
    });
    if (target.range && !target.instant) {
      // Aligned to the step, so that a picture does not change by when it is taken within one.
      const zone = dateTime(range.from).utcOffset?.() * 60 || 0;
      const align = (t) => Math.floor((t + zone) / step) * step - zone;
      return { path: 'query_range', parameters: { query, start: align(start), end: align(end), step } };
    }
    return { path: 'query', parameters: { query, time: end } };
  }
}
