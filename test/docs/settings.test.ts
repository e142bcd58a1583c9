import { readFileSync } from 'node:fs'
import { parse } from 'dotenv'
import { expect, test } from '@jest/globals'
import { parseEach, VARIABLE_NAMES, type Variables } from '../../src/service/settings/variables.ts'
import { readSimulatorSettings } from '../../src/simulator/environment.ts'

interface Row {
  readonly name: string
  readonly value: string
  /** Undefined if there is no default, or if the page describes it in words. */
  readonly default: string | undefined
  readonly example: string
}

const page = readFileSync('docs/settings.md', 'utf8')
const rows: readonly Row[] = tableRows(page, 5).map(([name, value, initial, example]) => ({
  name: codeOf(name)!,
  value: value!,
  default: codeOf(initial),
  example: codeOf(example) ?? '',
}))
const byName = (name: string) => rows.find((row) => row.name === name)!

/** The code's error message for a value; undefined if the code accepts the value. */
function problemOf(name: string, value: string): string | undefined {
  const problems: string[] = []
  parseEach({ [name]: value }, problems)
  return problems[0]
}

const RANGE = /must be a whole number between (\d+) and (\d+)/
const numbers = VARIABLE_NAMES.flatMap((name) => {
  const [, minimum, maximum] = RANGE.exec(problemOf(name, 'x') ?? '') ?? []
  return maximum === undefined ? [] : [{ name, range: `${minimum} to ${maximum}` }]
})
const CHOICE = /must be (?:one of )?([\w-]+(?:(?:, | or )[\w-]+)+)$/
const choices = VARIABLE_NAMES.flatMap((name) => {
  const list = CHOICE.exec(problemOf(name, 'x') ?? '')?.[1]
  return list === undefined ? [] : [{ name, options: list.split(/, | or /) }]
})

test('docs/settings.md has exactly one row for each setting that the service reads', () => {
  expect(rows.map(({ name }) => name).sort()).toEqual([...VARIABLE_NAMES].sort())
})

test.each(numbers)('docs/settings.md gives the unit and the range $range for $name', ({ name, range }) => {
  expect(byName(name).value).toBe(`${unitOf(name)}, ${range}`)
})

test.each(choices)(
  'docs/settings.md lists the values of $name that the service accepts',
  ({ name, options }) => {
    expect([...byName(name).value.matchAll(/`([^`]+)`/g)].map(([, option]) => option)).toEqual(options)
  },
)

test('settings that are numbers or have fixed choices are recognized by their error messages', () => {
  expect([numbers.length > 25, choices.length > 10]).toEqual([true, true])
})

test('docs/settings.md has the same defaults as the code', () => {
  const defaults = parseEach({}, [])
  const shown = rows.filter((row) => row.default !== undefined)
  const parsed = parseEach(Object.fromEntries(shown.map((row) => [row.name, row.default])), [])
  const notShown = rows.filter((row) => row.default === undefined).map(({ name }) => name)
  for (const name of Object.keys(defaults) as (keyof Variables)[])
    if (!isEmpty(defaults[name])) expect([name, parsed[name]]).toEqual([name, defaults[name]])
  expect(notShown.filter((name) => !isEmpty(defaults[name as keyof Variables]))).toEqual([])
})

test('docs/settings.md has the same defaults as .env.example', () => {
  const example = parse(
    [...readFileSync('.env.example', 'utf8').matchAll(/^# ([A-Z][A-Z_0-9]*=.*)$/gm)]
      .map(([, line]) => line)
      .join('\n'),
  )
  expect(Object.keys(example).length).toBeGreaterThan(50)
  for (const [name, value] of Object.entries(example))
    expect([name, byName(name).default ?? '']).toEqual([name, value])
})

test.each(rows)(
  'docs/settings.md has an example for $name that the service accepts and that is not the default',
  (row) => {
    expect(row.example).not.toBe('')
    expect(problemOf(row.name, row.example)).toBeUndefined()
    const name = row.name as keyof Variables
    expect(parseEach({ [name]: row.example }, [])[name]).not.toEqual(parseEach({}, [])[name])
  },
)

test('docs/settings.md lists each simulator setting with its default', () => {
  const table = tableRows(page.split('\n## Simulator\n')[1] ?? '', 3).map(([name, initial]) => ({
    name: codeOf(name)!,
    default: codeOf(initial),
  }))
  const source = readFileSync('src/simulator/environment.ts', 'utf8')
  const names = [...source.matchAll(/^ {2}(SIMULATOR_[A-Z_]+):/gm)].map(([, name]) => name)
  expect(table.map(({ name }) => name)).toEqual(names)
  const shown = table.filter((row) => row.default !== undefined)
  const hasDefault = [...source.matchAll(/^ {2}(SIMULATOR_[A-Z_]+): .*(?:default|onOff)\(/gm)]
  expect(shown.map(({ name }) => name)).toEqual(hasDefault.map(([, name]) => name))
  const given = Object.fromEntries(shown.map((row) => [row.name, row.default]))
  expect(readSimulatorSettings(given)).toEqual(readSimulatorSettings({}))
})

/** The rows, without headers, of all tables that have this number of columns. */
function tableRows(markdown: string, columns: number): string[][] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()))
    .filter((cells) => cells.length === columns)
}

/** The code that a cell begins with. */
function codeOf(cell: string | undefined): string | undefined {
  return /^`([^`]+)`/.exec(cell ?? '')?.[1]
}

function unitOf(name: string): string {
  if (name.endsWith('PORT')) return 'port'
  if (name.endsWith('_MS')) return 'milliseconds'
  if (name.endsWith('_S')) return 'seconds'
  if (name.endsWith('_BYTES')) return 'bytes'
  if (name.endsWith('_MIB')) return 'MiB'
  return name.endsWith('_PER_MINUTE') ? 'per minute' : 'number'
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (typeof value === 'object' && Object.keys(value as object).length === 0)
}
