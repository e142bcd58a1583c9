import { readFileSync } from 'node:fs'
import { parse } from 'dotenv'
import { expect, test } from '@jest/globals'
import { ConfigError } from '../src/service/settings/config.ts'
import { readConfig } from '../src/service/settings/read-config.ts'

const example = readFileSync('.env.example', 'utf8')
/** Former names of settings, which are still accepted in this release, with a warning. */
const FORMER_NAMES = ['METRICS_PORT', 'MAX_REQUESTS_UNDER_WAY']
/** All settings of the file, including the defaults, which are commented out there. */
const allSet = parse(example.replace(/^# ([A-Z][A-Z_0-9]*=)/gm, '$1'))

test('.env.example contains every setting that the service reads, except former names, and no others', () => {
  const settings =
    /const Env = z\.object\(\{([^]*?)\n\}\)/.exec(
      readFileSync('src/service/settings/variables.ts', 'utf8'),
    )?.[1] ?? ''
  const names = [...settings.matchAll(/^ {2}([A-Z_]+):/gm)]
    .map(([, name = '']) => name)
    .filter((name) => !FORMER_NAMES.includes(name))
  expect(names.length).toBeGreaterThan(40)
  expect(Object.keys(allSet).sort()).toEqual(names.sort())
})

test('a copy of .env.example is valid, and the defaults that it shows are correct', () => {
  const config = readConfig(parse(example))
  expect(config.genesys.guestApi).toBe('web-messaging')
  expect(readConfig(allSet)).toEqual(config)
})

test('in production, a copy of .env.example is refused because of its session key', () => {
  const start = () => readConfig({ ...parse(example), NODE_ENV: 'production' })
  expect(start).toThrow(ConfigError)
  expect(start).toThrow(/SESSION_KEYS contains the key from \.env\.example/)
})
