// The board: Grafana's grid of 24 columns with rows and panels, and the
// controls above it.
import { rangeUtil } from '@grafana/data';
import { Icon } from '@grafana/ui';
import { Panel } from './panel.jsx';

const gap = 8;
const row = 30;
export const margin = 16;

// place is where a panel is, in pixels, on a grid that is so many wide.
export function place({ x, y, w, h }, width) {
  const column = (width - 23 * gap) / 24;
  return {
    left: Math.round(x * (column + gap)), top: y * (row + gap),
    width: Math.round(w * column + (w - 1) * gap), height: h * row + (h - 1) * gap,
  };
}

// shown are the panels that are seen: those of a collapsed row are not, unless
// all are to be, and then what is below such a row moves down.
export function shown(board, expand) {
  const all = [];
  let down = 0;
  for (const panel of board.panels) {
    const moved = { ...panel, gridPos: { ...panel.gridPos, y: panel.gridPos.y + down } };
    if (panel.type !== 'row' || !panel.collapsed || !expand) {
      all.push(moved);
      continue;
    }
    all.push({ ...moved, collapsed: false, panels: [] });
    const top = Math.min(...panel.panels.map((p) => p.gridPos.y));
    const bottom = Math.max(...panel.panels.map((p) => p.gridPos.y + p.gridPos.h));
    for (const p of panel.panels) all.push({ ...p, gridPos: { ...p.gridPos, y: p.gridPos.y - top + moved.gridPos.y + 1 } });
    down += bottom - top;
  }
  return all;
}

function Row({ panel, say, theme }) {
  const { collapsed, panels = [] } = panel;
  return (
    <div data-part="row" style={{ display: 'flex', alignItems: 'center', height: '100%', borderBottom: collapsed ? `1px solid ${theme.colors.border.weak}` : 'none' }}>
      <span style={{ display: 'inline-flex', alignItems: 'center', gap: 8, paddingLeft: 6 }}>
        <Icon name={collapsed ? 'angle-right' : 'angle-down'} />
        <span style={{ fontSize: theme.typography.h5.fontSize, fontWeight: theme.typography.fontWeightMedium }}>{say(panel.title)}</span>
      </span>
      {collapsed && (
        <span style={{ paddingLeft: 16, color: theme.colors.text.secondary, fontStyle: 'italic', fontSize: theme.typography.bodySmall.fontSize }}>
          {`(${panels.length} ${panels.length === 1 ? 'panel' : 'panels'})`}
        </span>
      )}
    </div>
  );
}

// Controls are as Grafana has them above a dashboard; they are for the eye only.
function Controls({ board, variables, range, theme, timeZone }) {
  const radius = theme.shape.radius.default;
  const box = (more) => ({ display: 'inline-flex', alignItems: 'center', gap: 8, height: 32, padding: '0 8px', fontSize: 14, border: `1px solid ${theme.colors.border.medium}`, borderRadius: radius, boxSizing: 'border-box', ...more });
  const label = box({ fontSize: 12, fontWeight: 500, background: theme.colors.background.primary, borderRight: 'none', borderRadius: `${radius} 0 0 ${radius}` });
  const value = box({ background: theme.components.input.background, borderColor: theme.components.input.borderColor, borderRadius: `0 ${radius} ${radius} 0` });
  const chosen = { display: 'inline-flex', alignItems: 'center', gap: 6, background: theme.colors.background.secondary, padding: '2px 8px', borderRadius: radius, fontSize: 12, margin: '0 4px' };
  const button = box({ background: theme.colors.secondary.main, border: 'none' });
  const link = box({ background: theme.colors.background.primary, fontSize: 12, fontWeight: 500 });
  const dim = { color: theme.colors.text.secondary };
  const zone = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'short' }).formatToParts(new Date(range.to.valueOf())).find((p) => p.type === 'timeZoneName').value;
  const zoneName = { 'GMT+1': 'CET', 'GMT+2': 'CEST' }[zone] ?? zone;
  const one = (v) => ([].concat(v.current?.value)[0] === v.values[0] && v.current.text) || v.values[0];
  return (
    <div data-part="controls" style={{ display: 'flex', flexWrap: 'wrap', gap: 8, marginBottom: 16, minHeight: 32 }}>
      {variables.filter((v) => v.hide !== 2).map((v) => (
        <span key={v.name} style={{ display: 'inline-flex' }}>
          {v.hide !== 1 && <span style={label}>{v.label || v.name}</span>}
          <span style={value}>
            {v.multi ? v.values.map((x) => <span key={x} style={chosen}>{x === '$__all' ? 'All' : x} <Icon name="times" size="sm" /></span>) : one(v)}
            {v.multi && <Icon name="times" style={dim} />}
            <Icon name="angle-down" style={dim} />
          </span>
        </span>
      ))}
      <span style={{ flexGrow: 1 }} />
      {(board.links ?? []).map(({ title, type }) => (
        <span key={title} style={link}><Icon name={type === 'dashboards' ? 'bars' : 'external-link-alt'} /> {title}</span>
      ))}
      {!board.timepicker?.hidden && (
        <>
          <span style={button}>
            <Icon name="angle-double-right" size="lg" style={{ transform: 'scaleX(-1)' }} />
            <Icon name="clock-nine" style={{ marginLeft: 8 }} /> {rangeUtil.describeTimeRange(range.raw)}
            <span style={{ color: theme.colors.warning.text, fontSize: 12 }}>{zoneName}</span> <Icon name="angle-down" style={{ marginRight: 8 }} />
            <Icon name="angle-double-right" size="lg" />
            <Icon name="search-minus" style={{ marginLeft: 8 }} />
          </span>
          <span style={button}><Icon name="sync" /> {board.refresh} <Icon name="angle-down" /></span>
        </>
      )}
    </div>
  );
}

export function Board({ board, panels, kiosk, width, ...rest }) {
  const inner = width - 2 * margin;
  const bottom = Math.max(0, ...panels.map(({ panel }) => place(panel.gridPos, inner)).map(({ top, height }) => top + height));
  return (
    <div style={{ display: 'flex', flexDirection: 'column', padding: margin, width, boxSizing: 'border-box' }}>
      {!kiosk && <Controls board={board} {...rest} />}
      <div style={{ position: 'relative', height: bottom, marginTop: 1 }}>
        {panels.map((props) => {
          const at = place(props.panel.gridPos, inner);
          return (
            <div key={props.panel.id} data-panel={props.panel.id} style={{ position: 'absolute', ...at }}>
              {props.panel.type === 'row' ? <Row {...rest} {...props} /> : <Panel {...rest} {...props} width={at.width} height={at.height} />}
            </div>
          );
        })}
      </div>
    </div>
  );
}
