/**
 * Computes the plan in docs/scale.md from the two tables at the top of that page, and writes it there:
 * `npm run scale-plan`. Waiting times are simulated with the service's own connection rate limiter and a simulated clock.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { ConnectionRateLimiter } from '../src/service/genesys/drivers/web-messaging/connection/connection-rate-limiter.ts'

const PAGE = 'docs/scale.md'
const SCALES = [10_000, 100_000, 1_000_000]
const MARKS = /(<!-- plan: .*? -->\n)[^]*(<!-- end of plan -->)/
const STEP_MS = 1000
/**
 * The share of a minute's connections that is spread over the minute. The rest is for bursts: see
 * ConnectionRateLimiter.
 */
const LASTING_SHARE = 3 / 4
/** A longer wait is shown as "never". */
const LONGEST_MS = 6 * 3_600_000

/** @returns a function that reads the number in the second cell of the table row that begins with `name` */
function readNumbers(page: string): (name: string) => number {
  return (name) => {
    const row = page.split('\n').find((line) => line.startsWith(`| ${name} `))
    const value = Number(row?.split('|')[2]?.replaceAll(',', ''))
    if (!Number.isFinite(value)) throw new Error(`${PAGE} has no number for "${name}"`)
    return value
  }
}

interface Share {
  /** The number of guests who are queued at the beginning. */
  readonly waiting: number
  /** New guests, who are connected first because they open a session. */
  readonly arrivalsPerMinute: number
  readonly limitPerMinute: number
}

/** Time in ms until the last waiting guest is connected; undefined if this takes more than six hours. */
export function simulateReconnection({
  waiting,
  arrivalsPerMinute,
  limitPerMinute,
}: Share): number | undefined {
  let nowMs = 0
  const limiter = new ConnectionRateLimiter(limitPerMinute, () => nowMs)
  let arrived = 0
  let left = waiting
  for (let guest = 0; guest < waiting; guest++) limiter.request({ connectNow: () => left-- }, false)
  for (; ; nowMs += STEP_MS) {
    for (; arrived < (nowMs / 60_000) * arrivalsPerMinute; arrived++) {
      const isNew = { connectNow: () => undefined }
      limiter.request(isNew, true)
      limiter.cancel(isNew)
    }
    limiter.connectInTurn()
    if (left <= 0) return nowMs
    if (nowMs > LONGEST_MS) return undefined
  }
}

interface Plan {
  readonly guests: number
  readonly replicas: number
  readonly arrivalsPerMinute: number
  readonly limitToAskFor: number
}

function planFor(guests: number, number: (name: string) => number): Plan {
  const replicas = Math.max(2, Math.ceil(guests / number('Guests per replica')) + 1)
  const arrivalsPerMinute = Math.round(guests / number('Minutes that a guest stays'))
  const forRestart = guests / number('Minutes until all guests are back')
  // The share of a replica that has ended is not available to the others.
  const usableShare = LASTING_SHARE * ((replicas - 1) / replicas)
  const limitToAskFor = Math.ceil((arrivalsPerMinute + forRestart) / usableShare / 1000) * 1000
  return { guests, replicas, arrivalsPerMinute, limitToAskFor }
}

/** One replica ends. Its guests are distributed over all other replicas, each of which has its share of the limit. */
function afterOneReplica({ guests, replicas, arrivalsPerMinute }: Plan, limit: number): number | undefined {
  const others = replicas - 1
  return simulateReconnection({
    waiting: Math.ceil(guests / replicas / others),
    arrivalsPerMinute: arrivalsPerMinute / others,
    limitPerMinute: limit / replicas,
  })
}

/** All sockets are lost at the same time, because Genesys or the network was unavailable. */
function afterBreakdown({ guests, replicas, arrivalsPerMinute }: Plan, limit: number): number | undefined {
  return simulateReconnection({
    waiting: Math.ceil(guests / replicas),
    arrivalsPerMinute: arrivalsPerMinute / replicas,
    limitPerMinute: limit / replicas,
  })
}

export function planText(page: string): string {
  const number = readNumbers(page)
  const platformLimit = number('Connections per minute per deployment')
  const plans = SCALES.map((guests) => planFor(guests, number))
  const perGuestCpuUs =
    (number('Messages per guest per minute, both ways') / 60) * number('µs of CPU per message') +
    number('Keep-alives and pings per guest per minute') * (number('µs of CPU per keep-alive') / 60)
  const memoryGiB = ({ guests, replicas }: Plan) =>
    (guests * number('KiB per guest, over TLS')) / 1024 ** 2 +
    (replicas * number('MiB per idle replica')) / 1024
  const rolling = (plan: Plan, limit: number) => {
    const one = afterOneReplica(plan, limit)
    return one === undefined ? undefined : one * plan.replicas
  }
  const rows: [string, (plan: Plan) => string][] = [
    ['replicas, including one spare', (plan) => whole(plan.replicas)],
    ['guests per replica', ({ guests, replicas }) => whole(guests / replicas)],
    ['cores', ({ guests }) => tenth((guests * perGuestCpuUs) / 1e6)],
    ['memory of all replicas, GiB', (plan) => tenth(memoryGiB(plan))],
    ['sockets to Genesys, and the same number of event streams to pages', ({ guests }) => whole(guests)],
    ['open files per replica', ({ guests, replicas }) => whole((2 * guests) / (replicas - 1))],
    [
      'outbound addresses behind NAT',
      ({ guests }) => whole(Math.ceil(guests / number('Ports per outbound address'))),
    ],
    [
      'messages per second, both ways',
      ({ guests }) => whole((guests * number('Messages per guest per minute, both ways')) / 60),
    ],
    ['new guests per minute', ({ arrivalsPerMinute }) => whole(arrivalsPerMinute)],
    [
      'deployments needed if Genesys grants no higher limit',
      ({ arrivalsPerMinute }) => whole(Math.ceil(arrivalsPerMinute / platformLimit)),
    ],
    [
      `time until all guests are reconnected after one replica stops, at ${whole(platformLimit)} connections per minute`,
      (plan) => span(afterOneReplica(plan, platformLimit)),
    ],
    [
      `time until all guests are reconnected after all sockets are lost, at ${whole(platformLimit)} connections per minute`,
      (plan) => span(afterBreakdown(plan, platformLimit)),
    ],
    ['**connections per minute to ask Genesys for**', ({ limitToAskFor }) => `**${whole(limitToAskFor)}**`],
    [
      'time until all guests are reconnected after one replica stops, with the higher limit',
      (plan) => span(afterOneReplica(plan, plan.limitToAskFor)),
    ],
    [
      'duration of a rolling restart of all replicas, with the higher limit',
      (plan) => span(rolling(plan, plan.limitToAskFor)),
    ],
    [
      'time until all guests are reconnected after all sockets are lost, with the higher limit',
      (plan) => span(afterBreakdown(plan, plan.limitToAskFor)),
    ],
  ]
  const table = [
    ['live guests', ...SCALES.map(whole)],
    ['---', ...SCALES.map(() => '---')],
    ...rows.map(([name, cell]) => [name, ...plans.map(cell)]),
  ]
  return `\n${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n\n`
}

export function withPlan(page: string): string {
  return page.replace(MARKS, (_, start: string, end: string) => start + planText(page) + end)
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function tenth(value: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 })
}

function span(ms: number | undefined): string {
  if (ms === undefined) return 'never'
  if (ms < 90_000) return `${Math.round(ms / 1000)} s`
  return ms < 90 * 60_000 ? `${Math.round(ms / 60_000)} min` : `${tenth(ms / 3_600_000)} h`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  writeFileSync(PAGE, withPlan(readFileSync(PAGE, 'utf8')))
