// Answers requests, one a line of JSON on stdin, with what Grafana would show:
// one line of JSON on stdout each. See request.go and shown.go for the shapes.
import { createInterface } from 'node:readline';

// Libraries greet on the console. stdout is for answers.
console.log = console.info = console.error;

const { formattedValueToString, getFieldDisplayName } = await import('#grafana-data');
const { panelData, panelValues } = await import('./panel.js');

// The library formats numbers by the browser's language, which Node has none of.
let language;
const toLocaleString = Number.prototype.toLocaleString;
Number.prototype.toLocaleString = function (locales, options) {
  return toLocaleString.call(this, locales ?? language, options);
};

// What getFieldDisplayValues is meant for.
const singleValues = ['stat', 'gauge', 'bargauge'];

function shown({ panel, answers, context }) {
  language = context.locale;
  const data = panelData(panel, answers, context);
  return {
    frames: data.frames.map((frame) => ({
      refId: frame.refId,
      name: frame.name,
      fields: frame.fields.map((field) => fieldOf(field, frame, data.frames)),
    })),
    values: singleValues.includes(panel.type) ? panelValues(data).map(valueOf) : [],
  };
}

function fieldOf(field, frame, frames) {
  const { custom, unit } = field.config;
  return {
    name: getFieldDisplayName(field, frame, frames),
    type: field.type,
    unit,
    hidden: Boolean(custom?.hidden || custom?.hideFrom?.viz),
    width: custom?.width,
    config: field.config,
    cells: Array.from(field.values, (value, row) => {
      const display = field.display(value);
      return {
        value: value ?? null,
        text: formattedValueToString(display),
        color: display.color,
        links: field.getLinks({ valueRowIndex: row }).map(linkOf),
      };
    }),
  };
}

function valueOf({ display: { title, text, prefix, suffix, color }, getLinks }) {
  return { title, text, prefix, suffix, color, links: (getLinks?.() ?? []).map(linkOf) };
}

function linkOf({ title, href }) {
  return { title, url: href };
}

function answer(line) {
  try {
    return shown(JSON.parse(line));
  } catch (fault) {
    return { error: fault.message };
  }
}

// JSON has no infinity and no NaN: they are written as texts.
function written(_, value) {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(answer(line), written)}\n`);
}
