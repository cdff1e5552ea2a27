// draw draws a Grafana dashboard over a Prometheus, with Grafana's published
// libraries and without a Grafana, and measures what it drew.
import { build } from 'esbuild';
import { copyFile, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { start } from './chromium.mjs';

const here = dirname(fileURLToPath(import.meta.url));

const usage = `usage: node draw.mjs --prometheus URL --dashboard FILE --output FILE.png
  [--dashboard FILE --output FILE.png ...] [--theme dark|light] [--width 1440]
  [--height auto|900] [--var name=value ...] [--from -7d] [--now UNIXSECONDS]
  [--locale sv-SE] [--expand] [--kiosk] [--keep DIRECTORY]`;

function settings() {
  // -7d after --from is its value, which parseArgs takes for a flag.
  const args = process.argv.slice(2).join('\0').replace(/(^|\0)--from\0-/g, '$1--from=-').split('\0').filter(Boolean);
  const { values } = parseArgs({
    args,
    options: {
      prometheus: { type: 'string' },
      dashboard: { type: 'string', multiple: true },
      output: { type: 'string', multiple: true },
      theme: { type: 'string', default: 'dark' },
      width: { type: 'string', default: '1440' },
      height: { type: 'string', default: 'auto' },
      var: { type: 'string', multiple: true, default: [] },
      from: { type: 'string' },
      now: { type: 'string' },
      locale: { type: 'string' },
      expand: { type: 'boolean', default: false },
      kiosk: { type: 'boolean', default: false },
      keep: { type: 'string' },
    },
  });
  const { prometheus, dashboard, output } = values;
  if (!prometheus || !dashboard || dashboard.length !== output?.length) throw new Error(usage);
  if (!['dark', 'light'].includes(values.theme)) throw new Error(`theme ${values.theme}: dark or light`);
  const variables = {};
  for (const setting of values.var) {
    const [name, ...value] = setting.split('=');
    (variables[name] ??= []).push(value.join('='));
  }
  return { ...values, variables, width: Number(values.width), now: values.now ? Number(values.now) : undefined };
}

// The icons are asked for by address; a page from a file cannot fetch.
async function icons() {
  const root = join(here, 'node_modules/@grafana/ui/dist/public/img/icons');
  const all = {};
  for (const folder of ['unicons', 'custom', 'mono', 'solid']) {
    for (const name of await readdir(join(root, folder))) {
      if (name.endsWith('.svg')) all[`${folder}/${name}`] = await readFile(join(root, folder, name), 'utf8');
    }
  }
  return all;
}

// The modules that the tests use have the libraries of this directory, so that
// there is one copy of each in the page.
const oneCopy = {
  name: 'one copy',
  setup: (builder) => builder.onResolve({ filter: /^[@a-z]/ }, ({ path, importer, kind, pluginData }) => {
    if (pluginData === 'here' || !importer.includes('/internal/grafanatest/')) return undefined;
    return builder.resolve(path, { resolveDir: here, kind, pluginData: 'here' });
  }),
};

// Grafana has a table of its own making beneath its table, from where npm does
// not get it. The published one wants React 19 in two places: a context is its
// provider, and ref is a property.
const olderReact = {
  name: 'older react',
  setup: (builder) => builder.onLoad({ filter: /react-data-grid\/lib\/bundle\.js$/ }, async ({ path }) => ({
    contents: (await readFile(path, 'utf8'))
      .replace(/\b(jsxs?)\((\w+Context),/g, '$1($2.Provider,')
      .replace('import { createContext,', 'import { createContext, forwardRef,')
      .replace(/^(export \{.*) DataGrid,/m, 'const WithRef = forwardRef((props, ref) => DataGrid({ ...props, ref }));\n$1 WithRef as DataGrid,'),
  })),
};

// dateFormats are those that the compose stack's Grafana is told, by what they
// are of; what it is not told is as it is to become. hour is that of all ranges
// beyond a day whose marks are up to a day apart, so it has the day.
async function dateFormats() {
  const compose = await readFile(join(here, '../../docker-compose.yml'), 'utf8');
  const told = [...compose.matchAll(/^\s*GF_DATE_FORMATS_(FULL_DATE|INTERVAL_[A-Z]+):\s*["']?([^"'\n]+?)["']?\s*$/gm)].map(([, name, format]) => [name.replace('INTERVAL_', '').toLowerCase(), format]);
  return {
    full_date: 'YYYY-MM-DD HH:mm', second: 'HH:mm:ss', minute: 'HH:mm', hour: 'D MMM HH:mm', day: 'D MMM', month: 'YYYY-MM', year: 'YYYY',
    ...Object.fromEntries(told),
  };
}

// writePage writes the page with its program and fonts.
async function writePage(directory) {
  await build({
    entryPoints: { page: join(here, 'page.jsx') },
    outdir: directory,
    bundle: true,
    format: 'iife',
    jsx: 'automatic',
    target: 'chrome120',
    plugins: [oneCopy, olderReact],
    loader: { '.woff2': 'dataurl', '.woff': 'empty', '.svg': 'dataurl', '.ttf': 'empty' },
    define: { 'process.env.NODE_ENV': '"production"', global: 'window' },
    logLevel: 'error',
  });
  // Where Grafana's styles look for its font.
  const fonts = join(directory, 'public/fonts/inter');
  await mkdir(fonts, { recursive: true });
  for (const style of ['Regular', 'Medium', 'Italic', 'MediumItalic']) {
    await copyFile(join(here, `node_modules/inter-ui/web/Inter-${style}.woff2`), join(fonts, `Inter-${style}.woff2`));
  }
  // The page's clock is that of --now, so that what the libraries take as now is it.
  await writeFile(join(directory, 'page.html'), `<!DOCTYPE html>
<meta charset="utf-8">
<link rel="stylesheet" href="page.css">
<body><div id="board"></div>
<script>
const icons = ${JSON.stringify(await icons()).replaceAll('</', '<\\/')};
const real = window.fetch;
window.fetch = (address, ...rest) => {
  const icon = icons[String(address.url ?? address).replace(/^.*img\\/icons\\//, '')];
  return icon ? Promise.resolve(new Response(icon, { headers: { 'Content-Type': 'image/svg+xml' } })) : real(address, ...rest);
};
const now = Number(new URLSearchParams(location.search).get('now'));
if (now) Date.now = () => now * 1000;
</script>
<script src="page.js"></script>
`);
}

// ask asks Prometheus' API, and returns its data.
async function ask(prometheus, { path, parameters }) {
  const asked = parameters.query ?? parameters['match[]'];
  // Range queries of long past go by POST, as Grafana's do.
  const post = path !== 'label';
  const body = new URLSearchParams(parameters);
  const at = post ? `${prometheus}/api/v1/${path}` : `${prometheus}/api/v1/label/${parameters.label}/values?${body}`;
  const response = await fetch(at, post ? { method: 'POST', body } : {});
  const answer = await response.json().catch(() => ({ error: response.statusText }));
  if (answer.status !== 'success') throw new Error(`${asked}: ${answer.error}`);
  return answer.data;
}

// answers asks for all, a few at a time; the error of one is its answer.
async function answers(prometheus, queries) {
  const all = [];
  let next = 0;
  const worker = async () => {
    while (next < queries.length) {
      const i = next++;
      all[i] = await ask(prometheus, queries[i]).then((data) => ({ data }), (error) => ({ error: explained(error) }));
    }
  };
  await Promise.all(Array.from({ length: 4 }, worker));
  return all;
}

// drawOne draws a dashboard into a file, and what was measured beside it.
async function drawOne(directory, set, file, output) {
  const board = JSON.parse(await readFile(file, 'utf8'));
  const folder = basename(dirname(resolve(file)));
  const locale = set.locale ?? ({ sv: 'sv-SE', en: 'en-GB' }[folder] ?? 'en-GB');
  const timeZone = !board.timezone || board.timezone === 'browser' ? 'Europe/Stockholm' : board.timezone;
  const browser = await start(locale);
  const errors = [];
  try {
    const { call, on } = browser;
    on('Runtime.exceptionThrown', ({ exceptionDetails: e }) => errors.push(e.exception?.description ?? e.text));
    on('Runtime.consoleAPICalled', ({ type, args }) => {
      if (type === 'error') errors.push(args.map((a) => a.value ?? a.description).join(' ').slice(0, 600));
    });
    const evaluate = async (expression) => {
      const { result, exceptionDetails: e } = await call('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
      if (e) throw new Error(e.exception?.description ?? e.text);
      return result.value;
    };
    const size = (height) => call('Emulation.setDeviceMetricsOverride', { width: set.width, height, deviceScaleFactor: 1, mobile: false });
    const loaded = new Promise((done) => on('Page.loadEventFired', done));
    await call('Runtime.enable');
    await call('Page.enable');
    // Numbers are written by the browser's locale, times by the dashboard's zone.
    await call('Emulation.setLocaleOverride', { locale: locale.replace('-', '_') });
    await call('Emulation.setTimezoneOverride', { timezoneId: timeZone === 'utc' ? 'UTC' : timeZone });
    await size(set.height === 'auto' ? 1000 : Number(set.height));
    await call('Page.navigate', { url: `${pathToFileURL(join(directory, 'page.html'))}${set.now ? `?now=${set.now}` : ''}` });
    await loaded;

    const options = { dates: await dateFormats(), theme: set.theme, width: set.width, variables: set.variables, from: set.from, kiosk: set.kiosk, expand: set.expand, locale, timeZone };
    await evaluate(`pictures.open(${JSON.stringify(board)}, ${JSON.stringify(options)})`);
    // A variable's values may hang on those of one before it.
    for (let query = await evaluate('pictures.nextVariable()'); query; query = await evaluate('pictures.nextVariable()')) {
      const [answer] = await answers(set.prometheus, [query]);
      if (answer.error) errors.push(answer.error);
      await evaluate(`pictures.answerVariable(${JSON.stringify(answer.data ?? [])})`);
    }
    const queries = await evaluate('pictures.queries()');
    const got = await answers(set.prometheus, queries);
    got.forEach((a) => a.error && errors.push(a.error));
    const height = await evaluate(`pictures.draw(${JSON.stringify(got)})`);
    if (set.height === 'auto') await size(Math.max(200, height));
    const measured = await evaluate('pictures.settled().then(() => pictures.measure())');
    const { data } = await call('Page.captureScreenshot', { format: 'png' });
    await mkdir(dirname(resolve(output)), { recursive: true });
    await writeFile(output, Buffer.from(data, 'base64'));
    await writeFile(output.replace(/\.png$/, '') + '.json', `${JSON.stringify({ dashboard: board.title, theme: set.theme, width: set.width, height, errors, panels: measured }, null, 1)}\n`);
  } finally {
    await browser.stop();
  }
  new Set(errors).forEach((error) => console.error(`${file}: ${error}`));
  // What could be drawn is drawn; yet a picture with errors is not what was asked for.
  if (errors.length) process.exitCode = 1;
}

// explained is what went wrong with a request: fetch has it as the cause.
const explained = (error) => [error.message, error.cause?.message ?? error.cause?.code].filter(Boolean).join(': ');

let set;
try {
  set = settings();
} catch (error) {
  console.error(error.message);
  process.exit(2);
}
// Without a Prometheus all panels would be drawn, empty.
await ask(set.prometheus, { path: 'query', parameters: { query: '1' } }).catch((error) => {
  console.error(`prometheus ${set.prometheus}: ${explained(error)}`);
  process.exit(1);
});
const directory = set.keep ? resolve(set.keep) : await mkdtemp(join(tmpdir(), 'pictures-'));
try {
  await mkdir(directory, { recursive: true });
  await writePage(directory);
  for (const [i, file] of set.dashboard.entries()) await drawOne(directory, set, file, set.output[i]);
} finally {
  if (!set.keep) await rm(directory, { recursive: true, force: true });
}
