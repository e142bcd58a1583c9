// Draws two figures of part A as bar charts in one SVG.
import { scaleBand, scaleLinear } from 'd3-scale'
import { NAMES } from './names.mjs'

const WIDTH = 860
const LABEL_WIDTH = 310
const VALUE_WIDTH = 70
const BAR_HEIGHT = 24
const TITLE_HEIGHT = 40

/** nginx is left out: next to its bar, the other bars would be too short to compare. */
export function chart({ '0ms-64': full, '20ms-500': slow }) {
  const bars = ({ servers }, key) =>
    Object.entries(NAMES)
      .filter(([server]) => server in servers && server !== 'nginx')
      .map(([server, name]) => ({ name, value: servers[server][key].median, isOurs: server === 'ours' }))
  return barCharts([
    { title: 'Messages per second at 64 connections (higher is better)', bars: bars(full, 'perSecond') },
    {
      title: 'p99 in ms at 500 connections, upstream 20 ms (lower is better)',
      bars: bars(slow, 'p99Ms'),
    },
  ])
}

/** @param panels `{ title, bars: [{ name, value, isOurs }] }`, drawn one below the other */
function barCharts(panels) {
  let height = 0
  const groups = panels.map(({ title, bars }) => {
    const top = height
    height += TITLE_HEIGHT + bars.length * BAR_HEIGHT + 16
    return `<g transform="translate(0 ${top})">${panel(title, bars)}</g>`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escape(panels.map(({ title }) => title).join('; '))}">`,
    '<style>text { font: 13px system-ui, sans-serif; fill: #24292f } .title { font-weight: 600; font-size: 15px }',
    '.bar { fill: #8fa3b8 } .ours { fill: #e4572e }</style>',
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...groups,
    '</svg>\n',
  ].join('\n')
}

function panel(title, bars) {
  const x = scaleLinear(
    [0, Math.max(...bars.map(({ value }) => value))],
    [0, WIDTH - LABEL_WIDTH - VALUE_WIDTH],
  )
  const y = scaleBand(
    bars.map(({ name }) => name),
    [TITLE_HEIGHT, TITLE_HEIGHT + bars.length * BAR_HEIGHT],
  )
    .padding(0.2)
    .round(true)
  const rows = bars.map(({ name, value, isOurs }) => {
    const middle = y(name) + y.bandwidth() / 2
    const width = Math.round(x(value))
    return (
      `<text x="${LABEL_WIDTH - 8}" y="${middle}" text-anchor="end" dominant-baseline="central">${escape(name)}</text>` +
      `<rect class="bar${isOurs ? ' ours' : ''}" x="${LABEL_WIDTH}" y="${y(name)}" width="${width}" height="${y.bandwidth()}"/>` +
      `<text x="${LABEL_WIDTH + width + 6}" y="${middle}" dominant-baseline="central">${Math.round(value).toLocaleString('en')}</text>`
    )
  })
  return `<text class="title" x="12" y="26">${escape(title)}</text>\n${rows.join('\n')}`
}

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escape = (text) => text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character])
