// The page's half of draw: it says what to ask, draws the answers, and
// measures what it drew.
import { FieldType, cacheFieldDisplayNames, createTheme, setWeekStart, systemDateFormats } from '@grafana/data';
import { GlobalStyles, PortalContainer, ThemeContext } from '@grafana/ui';
import { createRoot } from 'react-dom/client';
import { panelData } from '../../internal/grafanatest/panel.js';
import { Board, margin, place, shown } from './board.jsx';
import { withDefaults } from './defaults.js';
import { measure } from './measure.js';
import { Queries, panelRange, timeRange } from './queries.js';
import './page.css';

let board, options, theme, queries, panels, parts;

function open(model, given) {
  board = model;
  options = given;
  theme = createTheme({ colors: { mode: options.theme } });
  const { full_date: fullDate, ...interval } = options.dates;
  systemDateFormats.update({ fullDate, interval: { millisecond: 'HH:mm:ss.SSS', ...interval }, useBrowserLocale: false });
  setWeekStart(board.weekStart || 'monday');
  const from = !options.from ? board.time.from : /^[-+/]/.test(options.from) ? `now${options.from}` : options.from;
  const range = timeRange(from, options.from ? 'now' : board.time.to, options.timeZone);
  queries = new Queries(board, { variables: options.variables, range, timeZone: options.timeZone });
}

// asked is what the panels ask, each with the panel and target it is for.
function asked() {
  panels = shown(board, options.expand).map((panel) => ({ panel: withDefaults(panel), ...panelRange(panel, queries.range, options.timeZone) }));
  parts = [];
  for (const { panel, range } of panels) {
    // What a plot has of its panel: less the padding and the border.
    const pixels = place(panel.gridPos, options.width - 2 * margin).width - 18;
    for (const target of panel.targets ?? []) {
      if (!target.hide && target.expr) parts.push({ id: panel.id, refId: target.refId, ...queries.target(panel, target, range, pixels) });
    }
  }
  return parts.map(({ path, parameters }) => ({ path, parameters }));
}

// fill computes what is in a panel of the answers to its queries.
function fill(p, got) {
  const answers = {};
  const steps = {};
  parts.forEach((part, i) => {
    if (part.id !== p.panel.id) return;
    if (got[i].error) p.error = got[i].error;
    answers[part.refId] = got[i].data;
    steps[part.refId] = part.parameters.step;
  });
  if (p.error || ['row', 'text'].includes(p.panel.type)) return;
  const context = {
    variables: Object.fromEntries(queries.variables.map((v) => [v.name, v.multi ? v.values : v.values[0]])),
    from: p.range.from.valueOf(), to: p.range.to.valueOf(),
    timeZone: options.timeZone, theme: options.theme, locale: options.locale.slice(0, 2),
  };
  const { frames, fieldConfig, replaceVariables } = panelData(p.panel, answers, context);
  for (const frame of frames) {
    // The step, which ends lines where it is exceeded, is known here.
    for (const field of frame.fields.filter((f) => f.type === FieldType.time)) {
      if (steps[frame.refId]) field.config.interval = steps[frame.refId] * 1000;
      // The label is the values' axis', which Grafana does not write below the times.
      if (field.config.custom) field.config.custom = { ...field.config.custom, axisLabel: '' };
    }
  }
  cacheFieldDisplayNames(frames);
  Object.assign(p, { frames, replaceVariables, panel: { ...p.panel, fieldConfig } });
}

async function draw(got) {
  const say = (text) => queries.text(text);
  for (const p of panels) {
    p.frames = [];
    try {
      fill(p, got);
    } catch (error) {
      p.error = String(error);
      console.error(`panel ${p.panel.id} ${p.panel.title}: ${error.stack}`);
    }
  }
  document.documentElement.style.colorScheme = options.theme;
  document.body.className = `theme-${options.theme}`;
  document.body.style.background = theme.colors.background.canvas;
  const inner = document.getElementById('board');
  createRoot(inner).render(
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <Board board={board} panels={panels} kiosk={options.kiosk} width={options.width} theme={theme} timeZone={options.timeZone} range={queries.range} variables={queries.variables} say={say} />
      <PortalContainer />
    </ThemeContext.Provider>,
  );
  await settled();
  return Math.ceil(inner.getBoundingClientRect().height);
}

// settled resolves when the fonts are there and the page has not changed for some frames.
async function settled() {
  await Promise.all([400, 500].map((weight) => document.fonts.load(`${weight} 14px Inter`)));
  await document.fonts.ready;
  const frame = () => new Promise((next) => requestAnimationFrame(next));
  let changed = true;
  const observer = new MutationObserver(() => { changed = true; });
  observer.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  for (let calm = 0; calm < 10; changed ? (calm = 0) : calm++) {
    changed = false;
    await frame();
  }
  observer.disconnect();
}

window.pictures = {
  open, draw, settled, queries: asked,
  nextVariable: () => queries.nextVariable(),
  answerVariable: (values) => queries.answerVariable(values),
  measure: () => measure(panels, (text) => queries.text(text)),
};
