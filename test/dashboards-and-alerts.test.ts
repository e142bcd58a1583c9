import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from '@jest/globals'
import { createMetrics } from '../src/service/observability/metrics.ts'
import { PROBLEM_CODES } from '../src/service/problems/catalogue.ts'
import { readSourceFiles } from './source-files.ts'

const FILES = ['deploy/prometheus/rules.yml', 'deploy/grafana/guest-bff.json'] as const
const texts = new Map<string, string>(
  FILES.map((file) => [file, readFileSync(file, 'utf8').replaceAll('\\"', '"')]),
)

/** The names of the metrics, including those of the parts of histograms. */
const known = new Map<string, string>()

beforeAll(async () => {
  const metrics = createMetrics({ processMetrics: true })
  metrics.observeReadiness(() => Promise.resolve({ status: 'ready', checks: [] }))
  metrics.setLimits({ liveStreams: 1, connectionsPerMinute: 1 })
  metrics.observeRedis({ isAvailable: true, roundTripMs: 1 })
  metrics.countInFlight(() => 0)
  metrics.countBodies(() => 0)
  for (const [, name = '', type] of (await metrics.text()).matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    known.set(name, name)
    if (type === 'histogram')
      for (const part of ['bucket', 'sum', 'count']) known.set(`${name}_${part}`, name)
  }
})

test.each(FILES)('every metric that %s uses exists in /metrics', (file) => {
  const asked = new Set(texts.get(file)!.match(/\b(?:guest_bff|nodejs|process)_\w+/g))
  expect(asked.size).toBeGreaterThan(10)
  expect([...asked].filter((name) => !known.has(name))).toEqual([])
})

test('every metric of the service appears in the dashboard', () => {
  const dashboard = texts.get('deploy/grafana/guest-bff.json')!
  const ours = [...new Set(known.values())].filter((name) => name.startsWith('guest_bff_'))
  expect(ours.filter((name) => !dashboard.includes(name))).toEqual([])
})

/** The values in a label's selectors. A regular expression is split into its alternatives. */
function valuesOf(label: string): string[] {
  const all = [...texts.values()].join('\n')
  const selectors = [...all.matchAll(new RegExp(`\\b${label}(?:=|!=|=~|!~)"([^"]*)"`, 'g'))]
  return [...new Set(selectors.flatMap(([, value = '']) => alternatives(value)))].filter(
    (value) => !value.includes('$'),
  )
}

/** Expands `a|b_(c|d)` to `a`, `b_c` and `b_d`. */
function alternatives(pattern: string): string[] {
  const group = /(\w*)\(([^)]*)\)/.exec(pattern)
  if (group === null) return pattern.split('|')
  const [whole, start = '', inner = ''] = group
  return alternatives(
    pattern.replace(
      whole,
      inner
        .split('|')
        .map((each) => start + each)
        .join('|'),
    ),
  )
}

test('every problem code and operation that dashboards and alerts select exists', () => {
  const codes = PROBLEM_CODES
  const isCode = (value: string) => codes.some((code) => new RegExp(`^${value}$`).test(code))
  expect(valuesOf('code').filter((value) => !isCode(value))).toEqual([])
  const named = readSourceFiles()
    .filter(({ path }) => path.startsWith('service/genesys/'))
    .flatMap(({ text }) => [...text.matchAll(/operation: ['"](.+?)['"],/g)].map(([, name]) => name!))
  const operations = new Set(named)
  expect(named.filter((name) => !/^[a-z_]+$/.test(name))).toEqual([])
  expect(operations.size).toBeGreaterThan(10)
  expect(valuesOf('operation').filter((value) => !operations.has(value))).toEqual([])
  expect(valuesOf('code').length).toBeGreaterThan(10)
  expect(valuesOf('operation').length).toBeGreaterThan(2)
})

test('every route that dashboards and alerts select exists in the service', () => {
  const { paths } = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as { paths: object }
  const routes = valuesOf('route')
  expect(routes).toContain('/messages')
  expect(routes.filter((route) => !(route in paths) && route !== '/metrics')).toEqual([])
})

test('every alert has a severity, a summary and a description, and is named in its folder’s README', () => {
  const rules = texts.get('deploy/prometheus/rules.yml')!.split('- alert: ').slice(1)
  const readme = readFileSync('deploy/prometheus/README.md', 'utf8')
  expect(rules.length).toBeGreaterThan(10)
  for (const rule of rules) {
    const name = /^\w+/.exec(rule)![0]
    expect([name, /severity: (critical|warning)/.test(rule)]).toEqual([name, true])
    expect([name, /summary: \S/.test(rule) && /description: \S/.test(rule)]).toEqual([name, true])
    expect(readme).toContain(`\`${name}\``)
  }
})
