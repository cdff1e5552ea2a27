// What a picture does not say in words: what is cut, how large the values are,
// and how well a text is told from what is behind it.

function parsed(color) {
  const m = /^rgba?\(([\d.]+),\s*([\d.]+),\s*([\d.]+)(?:,\s*([\d.]+))?\)$/.exec(color);
  return m ? { rgb: [Number(m[1]), Number(m[2]), Number(m[3])], alpha: m[4] === undefined ? 1 : Number(m[4]) } : undefined;
}

const over = (top, below) => top.rgb.map((c, i) => c * top.alpha + below[i] * (1 - top.alpha));

function luminance(rgb) {
  const [r, g, b] = rgb.map((c) => (c /= 255, c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

// ratio is WCAG's contrast ratio.
function ratio(a, b) {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

// behind are the colours behind an element: one, or the stops of a gradient.
function behind(element) {
  const layers = [];
  let stops = [[255, 255, 255]];
  for (let e = element; e; e = e.parentElement) {
    const { backgroundColor, backgroundImage } = getComputedStyle(e);
    const gradient = backgroundImage.match(/rgba?\([^)]*\)/g)?.map(parsed).filter(Boolean);
    if (gradient?.length) {
      layers.push(gradient);
      if (gradient.every((stop) => stop.alpha === 1)) break;
    }
    const plain = parsed(backgroundColor);
    if (plain?.alpha > 0) layers.push([plain]);
    if (plain?.alpha === 1) break;
  }
  for (const layer of layers.reverse()) stops = layer.flatMap((top) => stops.map((below) => over(top, below)));
  return stops;
}

const hex = (rgb) => `#${rgb.map((c) => Math.round(c).toString(16).padStart(2, '0')).join('')}`;

function contrast(element) {
  const color = parsed(getComputedStyle(element).color);
  if (!color) return undefined;
  // The worst of a gradient's colours.
  const all = behind(element).map((background) => {
    const text = over(color, background);
    return { color: hex(text), background: hex(background), ratio: Math.round(ratio(text, background) * 100) / 100 };
  });
  return all.sort((a, b) => a.ratio - b.ratio)[0];
}

// leaves are the elements with a text of their own.
function leaves(root) {
  return [root, ...root.querySelectorAll('*')].filter((e) => !e.closest('svg') && [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.textContent.trim()));
}

// drawn is the width and height of an element's text as it is laid out.
function drawn(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  return range.getBoundingClientRect();
}

// cut reports whether a text reaches out of the box, and by how much of what.
function cut(element, box) {
  const text = drawn(element);
  const clip = element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX !== 'visible';
  const wide = Math.ceil(Math.max(text.right - box.right, box.left - text.left));
  const high = Math.ceil(Math.max(text.bottom - box.bottom, box.top - text.top));
  if (!clip && wide <= 1 && high <= 1) return undefined;
  return { text: element.textContent, width: Math.ceil(Math.max(text.width, clip ? element.scrollWidth : 0)), room: Math.floor(clip ? element.clientWidth : box.width), height: Math.ceil(text.height), roomHeight: Math.floor(box.height) };
}

function values(root, part) {
  return [...root.querySelectorAll(`[data-part=${part}]`)].map((item) => {
    const box = item.getBoundingClientRect();
    const texts = leaves(item);
    const sizes = texts.map((e) => Math.round(parseFloat(getComputedStyle(e).fontSize) * 10) / 10);
    const largest = texts[sizes.indexOf(Math.max(...sizes))];
    return {
      text: texts.map((e) => e.textContent).join(' '),
      largest: largest && Math.max(...sizes),
      smallest: largest && Math.min(...sizes),
      contrast: largest && contrast(largest),
      overflows: texts.map((e) => cut(e, box)).filter(Boolean),
    };
  });
}

function table(root) {
  const grid = root.querySelector('[role=grid]');
  if (!grid) return undefined;
  const seen = root.querySelector('[data-part=table]').getBoundingClientRect();
  const cells = [...grid.querySelectorAll('[role=columnheader], [role=gridcell]')];
  const overflows = [];
  const contrasts = new Map();
  for (const cell of cells) {
    const box = cell.getBoundingClientRect();
    for (const e of leaves(cell)) {
      const out = cut(e, box) ?? (cell.scrollWidth > cell.clientWidth + 1 ? { text: e.textContent, width: cell.scrollWidth, room: cell.clientWidth } : undefined);
      if (out) overflows.push({ ...out, head: cell.getAttribute('role') === 'columnheader' });
      const c = contrast(e);
      if (c) contrasts.set(`${c.color} ${c.background}`, { ...c, text: e.textContent });
    }
  }
  // A row has no box of its own, its first cell has.
  const rows = [...grid.querySelectorAll('[role=row]')].map((r) => r.querySelector('[role=gridcell]')).filter(Boolean);
  return {
    rows: rows.length, rowsSeen: rows.filter((r) => r.getBoundingClientRect().bottom <= seen.bottom + 1).length,
    columnsBeyond: cells.filter((c) => c.getAttribute('role') === 'columnheader' && c.getBoundingClientRect().right > seen.right + 1).length,
    overflows, contrasts: [...contrasts.values()].sort((a, b) => a.ratio - b.ratio),
  };
}

// timeline is how high a row of a state timeline is: below the size of a letter
// their names lie over one another.
function timeline(root) {
  const part = root.querySelector('[data-part=timeline]');
  const plot = part?.querySelector('.u-over');
  if (!plot) return undefined;
  const rows = Number(part.dataset.rows);
  return { rows, pages: Number(part.dataset.pages), rowHeight: Math.round((plot.clientHeight / rows) * 10) / 10 };
}

// measure measures each panel on the page.
export function measure(panels, say) {
  return panels.map(({ panel, error }) => {
    const root = document.querySelector(`[data-panel="${panel.id}"]`);
    const head = root.querySelector('h2');
    const { width, height } = root.getBoundingClientRect();
    const line = head && [head, ...head.querySelectorAll('*')].find((e) => e.scrollWidth > e.clientWidth);
    return {
      id: panel.id, type: panel.type, title: say(panel.title), width: Math.round(width), height: Math.round(height),
      titleCut: Boolean(line), error, empty: root.querySelector('[data-part=empty]')?.textContent,
      values: panel.type === 'stat' ? values(root, 'stat') : panel.type === 'bargauge' ? values(root, 'bar') : undefined,
      table: table(root),
      timeline: timeline(root),
    };
  });
}
