import type { Fault } from '../../src/test-kit/faults/faults.ts'

/** `served`, or the codes of the problems that the request may end with. */
type Outcome = 'served' | `${string}_${string}`

export interface FaultRow {
  /** What happens, for a reader of docs/faults.md. */
  readonly what: string
  readonly fault: Fault
  /** The outcome of each route; routes that are not listed are served. */
  readonly outcomes: Readonly<Partial<Record<RouteName, Outcome>>>
}

export const ROUTES = [
  'POST /guest-session',
  'GET /guest-session',
  'POST /messages',
  'GET /messages',
  'PUT /guest-attributes',
  'POST /typing',
  'POST /attachments',
  'GET /attachments/{id}',
  'GET /deployment',
  'POST /sign-in',
  'DELETE /guest-session',
] as const
export type RouteName = (typeof ROUTES)[number]

/** The deadline may pass before the last attempt ends. */
const GIVEN_UP = 'upstream_unavailable or upstream_timeout'
const LOST: FaultRow['outcomes'] = {
  'POST /guest-session': GIVEN_UP,
  'POST /messages': 'delivery_unknown',
  'GET /messages': GIVEN_UP,
  'POST /attachments': GIVEN_UP,
  'GET /attachments/{id}': GIVEN_UP,
  'POST /sign-in': 'delivery_unknown',
  'DELETE /guest-session': 'delivery_unknown',
}
const SILENT: FaultRow['outcomes'] = {
  'POST /guest-session': 'upstream_timeout',
  'POST /messages': 'delivery_unknown',
  'GET /messages': 'upstream_timeout',
  'POST /attachments': 'upstream_timeout',
  'GET /attachments/{id}': 'upstream_timeout',
  'POST /sign-in': 'delivery_unknown',
  'DELETE /guest-session': 'delivery_unknown',
}

/** Routes that a row does not list are served: they need nothing that the fault affects. */
export const FAULT_TABLE: readonly FaultRow[] = [
  {
    what: "New connections are refused; the guest's open socket stays open",
    fault: { kind: 'refuse' },
    outcomes: {
      'POST /guest-session': GIVEN_UP,
      'GET /messages': GIVEN_UP,
      'POST /attachments': GIVEN_UP,
      'POST /sign-in': GIVEN_UP,
    },
  },
  { what: 'Connections are reset when a request is sent', fault: { kind: 'reset' }, outcomes: LOST },
  {
    what: 'Connections are reset within a response or a frame',
    fault: { kind: 'reset', afterBytes: 20 },
    outcomes: LOST,
  },
  {
    what: 'Connections are closed within a response or a frame',
    fault: { kind: 'truncate', afterBytes: 20 },
    outcomes: LOST,
  },
  { what: 'Connections are accepted, but nothing is sent', fault: { kind: 'hang' }, outcomes: SILENT },
  { what: 'Responses arrive slowly, a byte every 50 ms', fault: { kind: 'drip' }, outcomes: SILENT },
  {
    what: 'Connections are half-open: neither side receives data',
    fault: { kind: 'half-open' },
    outcomes: SILENT,
  },
  { what: 'The response is not HTTP', fault: { kind: 'garbage' }, outcomes: LOST },
]

export function outcomeOf({ outcomes }: FaultRow, route: RouteName): Outcome {
  return outcomes[route] ?? 'served'
}

/** The table in docs/faults.md. */
export function faultsAsMarkdown(): string {
  const rows = FAULT_TABLE.map((row) => [row.what, ...ROUTES.map((route) => cell(outcomeOf(row, route)))])
  const lines = [['', ...ROUTES.map((route) => `\`${route}\``)], ['', ...ROUTES].map(() => '---'), ...rows]
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n')
}

function cell(outcome: Outcome): string {
  return outcome === 'served' ? outcome : outcome.replace(/\w+_\w+/g, (code) => `\`${code}\``)
}
