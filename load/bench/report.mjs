// Writes the figures as Markdown tables between two comments in docs/performance.md.
import { readFileSync } from 'node:fs'
import os from 'node:os'
import { judge } from './bounds.mjs'
import { NAMES } from './names.mjs'

const BEGIN = '<!-- figures: written by npm run bench -->'
const END = '<!-- end of figures -->'

const nameOf = (server) => (server === 'ours' ? `**${NAMES.ours}**` : (NAMES[server] ?? server))

export function replaceFigures(page, figures, versions) {
  const begin = page.indexOf(BEGIN)
  const end = page.indexOf(END)
  if (begin < 0 || end < begin) throw new Error('docs/performance.md has no place for the figures')
  return `${page.slice(0, begin + BEGIN.length)}\n\n${markdown(figures, versions)}\n${page.slice(end)}`
}

function markdown(figures, versions) {
  const { rest, connections, latency, webMessaging, live, replicas, guestCounts, start, retry } = figures
  return [
    where(versions),
    boundsTable(judge(figures)),
    ...Object.entries(rest).map(([load, result]) => restTable(load, result)),
    connectionsTable(connections),
    latencyTable(latency),
    webMessagingText(webMessaging),
    liveTable(live),
    growthText(replicas, guestCounts),
    startTable(start),
    retryTable(retry),
  ].join('\n\n')
}

function where({ nginx }) {
  const [cpu] = os.cpus()
  const version = (name, folder = '') => {
    const file = new URL(`${folder}node_modules/${name}/package.json`, import.meta.url)
    return `${name} ${JSON.parse(readFileSync(file, 'utf8')).version}`
  }
  const peers = Object.keys(
    JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')).dependencies,
  ).filter((name) => name !== 'd3-scale')
  const ours = ['express', 'axios', 'zod', 'pino', 'helmet', 'cors', 'ws']
  return [
    `Measured on ${new Date().toISOString().slice(0, 10)}: ${os.cpus().length} × ${cpu.model.trim()}, ` +
      `Linux ${os.release()}, Node.js ${process.versions.node}.`,
    `The service: ${ours.map((name) => version(name, '../../')).join(', ')}.`,
    `Peers: ${peers.map((name) => version(name)).join(', ')}${nginx ? `, nginx ${nginx}` : ''}.`,
  ].join('\n')
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

const whole = (number) => Math.round(number).toLocaleString('en')
const places = (number, digits = 2) => number.toFixed(digits)
const range = ({ median, min, max }, digits = 2) =>
  `${places(median, digits)} (${places(min, digits)}–${places(max, digits)})`

function boundsTable(bounds) {
  const rows = bounds.map(({ aim, seen, holds }) => [aim, holds ? seen : `**${seen}, missed**`])
  return `### Bounds\n\n${table(['bound', 'measured'], rows)}`
}

function retryTable(retry) {
  const rows = Object.entries(retry).flatMap(([count, { ratio, ...servers }]) =>
    Object.entries(servers).map(([name, run]) => [
      whole(Number(count)),
      nameOf(name),
      whole(run.perSecond),
      name === 'ours' ? '' : places(ratio),
      whole(run.p99Ms),
      whole(run.refused),
      run.errors + run.unanswered,
      [run.beforeMiB, run.busyMiB, run.afterMiB].map(whole).join(', '),
    ]),
  )
  const head = [
    'connections',
    'server',
    '2xx/s',
    'ours / theirs',
    'p99 ms',
    'refused',
    'without response',
    'MiB before, at the end and after',
  ]
  return `### Clients that retry immediately\n\n${table(head, rows)}`
}

function restTable(load, { servers, ratios }) {
  const [delay, connections] = load.split('-')
  const rows = Object.entries(servers).map(([name, figures]) => [
    nameOf(name),
    whole(figures.perSecond.median),
    ratios[name] ? range(ratios[name]) : '',
    whole(figures.cpuMicros.median),
    places(figures.p50Ms.median, 1),
    places(figures.p99Ms.median, 1),
    figures.upstreamSockets,
    figures.errors,
  ])
  return (
    `### A: \`POST /messages\`, upstream ${delay.replace('ms', ' ms')}, ${connections} connections\n\n` +
    table(
      ['server', 'requests/s', 'ours / theirs', 'µs CPU', 'p50 ms', 'p99 ms', 'upstream sockets', 'errors'],
      rows,
    )
  )
}

function latencyTable(latency) {
  const rows = Object.entries(latency).map(([rate, { ours, raw, p50AboveRawMs, p99OverRaw }]) => [
    whole(Number(rate)),
    range(ours.p50Ms),
    range(raw.p50Ms),
    range(p50AboveRawMs),
    range(ours.p99Ms),
    range(raw.p99Ms),
    range(p99OverRaw),
  ])
  const head = ['requests/s', 'p50 ms', 'raw p50', 'above raw', 'p99 ms', 'raw p99', 'p99 / raw']
  return `### A at a fixed rate, compared with \`node:http\` alone\n\n${table(head, rows)}`
}

function connectionsTable(connections) {
  const rows = Object.entries(connections).map(([count, run]) => [
    whole(Number(count)),
    whole(run.perSecond.median),
    range(run.over64),
    places(run.p99Ms.median, 1),
    places(run.healthMs.median, 1),
    whole(run.refused),
    run.errors,
  ])
  const head = ['connections', '2xx/s', 'relative to 64', 'p99 ms', '`/healthz` p99 ms', 'refused', 'errors']
  return `### A with more connections, upstream 0 ms\n\n${table(head, rows)}`
}

function webMessagingText({ relay, overRelay, ...ours }) {
  const row = (name, run, ratio) => [
    name,
    whole(run.perSecond.median),
    ratio,
    whole(run.cpuMicros.median),
    places(run.p50Ms.median, 1),
    places(run.p99Ms.median, 1),
    run.errors,
    places(run.kibPerGuest, 1),
    places(run.streams.tookMs / 1000),
    run.streams.refused,
  ]
  const head = ['server', 'requests/s', 'ours / theirs', 'µs CPU', 'p50 ms', 'p99 ms', 'errors']
  const streams = ['KiB per guest', 's until 1,000 simultaneous streams are open', 'streams refused']
  return (
    '### B: a message over the guest socket to its echo, 1,000 guests with a live stream\n\n' +
    table(
      [...head, ...streams],
      [row(nameOf('ours'), ours, ''), row('a bare relay: an Express route and ws', relay, range(overRelay))],
    )
  )
}

function startTable({ firstAnswerMs, idleMiB }) {
  return (
    '### E: start and idle\n\n' +
    table(
      ['', 'this service', 'an empty Express app'],
      [
        ['start to first `/healthz`, ms', range(firstAnswerMs.ours, 0), range(firstAnswerMs.empty, 0)],
        ['resident when idle, MiB', range(idleMiB.ours, 1), range(idleMiB.empty, 1)],
      ],
    )
  )
}

function liveTable(live) {
  const rows = Object.entries(live).map(([guests, figures]) => [
    guests,
    places(figures.kibPerGuest, 1),
    places(figures.relay.kibPerGuest, 1),
    places(figures.memoryRatio),
    places(figures.tookMs / 1000, 1),
    places(figures.p50Ms.median),
    range(figures.p99Ms),
    range(figures.relay.p99Ms),
    figures.lost + figures.twice,
    figures.backAfterMs === undefined ? '' : places(figures.backAfterMs / 1000, 1),
  ])
  const head = [
    'guests',
    'KiB per guest',
    'KiB, bare relay',
    'ours / theirs',
    's until the streams are open',
    'p50 ms',
    'p99 ms',
    'p99 ms, bare relay',
    'lost or duplicated',
    's until all are back',
  ]
  const limits = Object.entries(live).map(([guests, { limited }]) =>
    limited === undefined
      ? ''
      : `\n\nAfter another restart, with 1,000 connections per minute (\`GENESYS_CONNECTIONS_PER_MINUTE\`), the streams of ${limited.back} ` +
        `of ${guests} guests were back after ${places(limited.afterMs / 1000, 1)} s, and the upstream had ` +
        `${limited.handshakes} handshakes in the first ${limited.withinMs / 1000} s (at most 625 are allowed).`,
  )
  return `### C: live guests, 2,000 messages/s from frame to page\n\n${table(head, rows)}${limits.join('')}`
}

function growthText({ one, two, requestRatio, cpuRatio }, { few, many, costRatio }) {
  return (
    '### D: growth\n\n' +
    table(
      ['', 'before', 'after', 'ratio'],
      [
        [
          'requests/s, with one process and with two',
          whole(one.median),
          whole(two.median),
          range(requestRatio),
        ],
        ['CPU per request, with one process and with two', '', '', range(cpuRatio)],
        [
          'µs CPU per request, with 100 guests and with 10,000',
          whole(few.median),
          whole(many.median),
          range(costRatio),
        ],
      ],
    )
  )
}
