import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ConfigError, readConfig, type SiteConfig } from '../../src/config.ts'

const folder = mkdtempSync(join(tmpdir(), 'sites-file-'))
const file = join(folder, 'sites.json')
afterAll(() => rmSync(folder, { recursive: true }))

// No name of a site, which messages repeat.
const SECRET = 'Canary-4711-Secret'
const ENVIRONMENT = { SITES_FILE: file, SHOP_SECRET: SECRET, GENESYS_REGION: 'eu-west-1' }

function read(content: unknown, variables: Record<string, string> = {}): readonly SiteConfig[] {
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return readConfig({ ...ENVIRONMENT, ...variables }).sites?.read() ?? []
}

function problemsOf(content: unknown, variables: Record<string, string> = {}): readonly string[] {
  try {
    read(content, variables)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

const shop = { origins: ['https://shop.example.com'], genesys: { deploymentId: 'shop-1' } }
const withGenesys = (genesys: object, rest: object = {}) => ({
  sites: { shop: { ...shop, genesys: { ...shop.genesys, ...genesys }, ...rest } },
})

describe('a site', () => {
  test('has what it sets, and the environment’s settings for the rest', () => {
    const [site] = read(withGenesys({ signIn: true }, { rate: { guestPerMinute: 7 } }), {
      RATE_ADDRESS_PER_MINUTE: '9',
    })
    expect(site).toMatchObject({
      id: 'shop',
      config: {
        allowedOrigins: ['https://shop.example.com'],
        genesys: { deploymentId: 'shop-1', region: 'eu-west-1', signIn: true, guestApi: 'web-messaging' },
        rate: { perGuestPerMinute: 7, perAddressPerMinute: 9 },
      },
    })
  })

  test('has session keys that no other site has, and the same at every start', () => {
    const key = Buffer.alloc(32, 7).toString('base64')
    const sites = { shop, bank: { ...shop, origins: ['https://bank.example.com'] } }
    const keysOf = () =>
      read({ sites }, { SESSION_KEYS: key }).map(({ config }) =>
        Buffer.from(config.session.keys[0]!).toString('base64'),
      )
    expect(new Set([...keysOf(), key]).size).toBe(3)
    expect(keysOf()).toEqual(keysOf())
  })

  test.each([
    ['a value', 'plain-secret', 'plain-secret'],
    ['env:NAME', 'env:SHOP_SECRET', SECRET],
    ['file:PATH, from the folder of the file', 'file:secret.txt', 'from-a-file'],
  ])('takes a secret as %s', (_how, clientSecret, expected) => {
    writeFileSync(join(folder, 'secret.txt'), 'from-a-file\n')
    const [site] = read(withGenesys({ oauth: { clientId: 'id', clientSecret } }))
    expect(site?.config.genesys.oauth).toMatchObject({ clientId: 'id', clientSecret: expected })
  })

  test('with a region or hosts of its own does not send the environment’s client secret there', () => {
    const credentials = {
      GENESYS_CLIENT_ID: 'id',
      GENESYS_CLIENT_SECRET: SECRET,
      GENESYS_API_URL: 'https://gateway.example.com',
    }
    const oauthOf = (genesys: object) => read(withGenesys(genesys), credentials)[0]?.config.genesys.oauth
    expect(oauthOf({})).toMatchObject({ clientSecret: SECRET })
    expect(oauthOf({ region: 'us-east-1' })).toBeUndefined()
    expect(oauthOf({ hosts: { api: 'https://other.example.com' }, region: 'us-east-1' })).toBeUndefined()
    expect(oauthOf({ oauth: null })).toBeUndefined()
    const [site] = read(withGenesys({ region: 'us-east-1' }), credentials)
    expect(site?.config.genesys.hosts.apiUrl).toBe('https://api.mypurecloud.com')
  })
})

describe('a file is refused, with the place of what is wrong:', () => {
  test.each<[what: string, content: unknown, problem: RegExp]>([
    ['no JSON', '{"sites": {', /^SITES_FILE: it is not JSON/],
    ['another object', { site: {} }, /^SITES_FILE: it must be an object with the one field `sites`/],
    ['no site', { sites: {} }, /^SITES_FILE: sites: there must be at least one$/],
    ['a name that is none', { sites: { Shop: shop } }, /^SITES_FILE: sites: the name of site 1 must be/],
    ['a prototype', '{"sites": {"__proto__": {}}}', /^SITES_FILE: sites: (the name of site 1|there must)/],
    [
      'an unknown field',
      withGenesys({ regio: 'x' }),
      /^SITES_FILE: sites\.shop\.genesys has an unknown field .*known are guestApi, deploymentId/,
    ],
    [
      'a number as text',
      withGenesys({}, { rate: { guestPerMinute: '7' } }),
      /^SITES_FILE: sites\.shop\.rate\.guestPerMinute must be a number$/,
    ],
    [
      'a number that is too large',
      withGenesys({}, { limits: { bodyBytes: 1e9 } }),
      /^SITES_FILE: sites\.shop\.limits\.bodyBytes must be a whole number between/,
    ],
    [
      'no website',
      { sites: { shop: { genesys: shop.genesys } } },
      /^SITES_FILE: sites\.shop\.origins is missing/,
    ],
    [
      'no deployment',
      { sites: { shop: { origins: shop.origins } } },
      /^SITES_FILE: sites\.shop\.genesys\.deploymentId is missing/,
    ],
    [
      'a website with a path',
      { sites: { shop: { ...shop, origins: ['https://a.example', 'https://b.example/x'] } } },
      /^SITES_FILE: sites\.shop\.origins\[1\] .*has a path/,
    ],
    [
      'an id without a secret',
      withGenesys({ oauth: { clientId: 'x' } }),
      /^SITES_FILE: sites\.shop\.genesys\.oauth\.clientSecret is missing: genesys\.oauth\.clientId is set$/,
    ],
    [
      'a variable that is not set',
      withGenesys({ oauth: { clientId: 'x', clientSecret: 'env:NOT_SET' } }),
      /^SITES_FILE: sites\.shop\.genesys\.oauth\.clientSecret names an environment variable that is not set$/,
    ],
    [
      'a secret’s file that is not there',
      withGenesys({ oauth: { clientId: 'x', clientSecret: 'file:nowhere' } }),
      /^SITES_FILE: sites\.shop\.genesys\.oauth\.clientSecret names a file that cannot be read \(ENOENT\)$/,
    ],
    [
      'a website of two sites',
      { sites: { a: shop, b: { ...shop, origins: ['https://x.example', 'https://shop.example.com'] } } },
      /^SITES_FILE: sites\.b\.origins\[1\] is the same as sites\.a\.origins\[0\]$/,
    ],
    [
      'a website of two sites in another spelling',
      {
        sites: {
          a: { ...shop, origins: ['https://*.müller.example', 'http://shop.example'] },
          b: { ...shop, origins: ['https://*.xn--mller-kva.example:443'] },
        },
      },
      /^SITES_FILE: sites\.b\.origins\[0\] is the same as sites\.a\.origins\[0\]$/,
    ],
    [
      'a guest API without OAuth',
      withGenesys({ guestApi: 'external-guests' }),
      /^SITES_FILE: sites\.shop\.genesys\.oauth\.clientId and genesys\.oauth\.clientSecret are missing/,
    ],
  ])('%s', (_what, content, problem) => {
    expect(problemsOf(content)).toContainEqual(expect.stringMatching(problem))
  })

  test('it is not there', () => {
    expect(() =>
      readConfig({ SITES_FILE: join(folder, 'nowhere'), GENESYS_REGION: 'eu-west-1' }).sites?.read(),
    ).toThrow('SITES_FILE: it cannot be read (ENOENT)')
  })

  test('every mistake of every site at once', () => {
    const problems = problemsOf({
      sites: { a: { ...shop, genesys: {} }, b: { origins: 1 }, c: { ...shop, upstreamTimeoutMs: 1 } },
    })
    expect(problems.map((problem) => /sites\.(\w)/.exec(problem)?.[1]).sort()).toEqual(['a', 'b', 'c', 'c'])
  })
})

test('ALLOWED_ORIGINS beside it is refused: nobody could tell which of them holds', () => {
  expect(() => readConfig({ ...ENVIRONMENT, ALLOWED_ORIGINS: 'https://www.example.com' })).toThrow(/both set/)
})

/** Leaves that are nearly right, and the canary wherever a file can have a text. */
const leaf = fc.oneof(
  fc.constantFrom(
    SECRET,
    `env:${SECRET}`,
    `file:${SECRET}`,
    `file:/${SECRET}\0`,
    'env:SHOP_SECRET',
    '',
    ',',
    'a,b',
    'a=b',
  ),
  fc.constantFrom<unknown>(null, true, 0, -1, 1e30, [], {}, [SECRET], { [SECRET]: SECRET }),
  fc.constantFrom(
    'eu-west-1',
    'external-guests',
    'external-users',
    'https://www.example.com',
    'wss://x.example',
  ),
  fc.string(),
)
const some = (shape: Record<string, fc.Arbitrary<unknown>>) => fc.record(shape, { requiredKeys: [] })
const any = (...names: string[]) => some(Object.fromEntries(names.map((name) => [name, leaf])))
const nearlyASite = some({
  // An origin is no secret, and is repeated in messages.
  origins: fc.array(
    fc.constantFrom('https://a.example', 'https://*.b.example', 'x', '*', 'null', 'https://*.com'),
    { maxLength: 3 },
  ),
  publicUrl: leaf,
  genesys: fc.oneof(
    leaf,
    some({
      guestApi: leaf,
      deploymentId: leaf,
      region: leaf,
      oauth: fc.oneof(leaf, any('clientId', 'clientSecret', 'style', 'scope')),
      hosts: fc.oneof(leaf, any('api', 'login', 'messaging', 'cdn')),
      [SECRET]: leaf,
    }),
  ),
  attributes: fc.oneof(leaf, any('open', 'openAll', 'trusted', 'prefill')),
  userToken: fc.oneof(leaf, any('jwksUrl', 'publicKey', 'issuer', 'audience', 'algorithms')),
  rate: fc.oneof(leaf, any('guestPerMinute', SECRET)),
  labels: fc.oneof(
    leaf,
    fc.dictionary(fc.constantFrom('de', SECRET), fc.oneof(leaf, any('headerTitle', SECRET))),
  ),
})
const nearlyAFile = fc.oneof(
  fc.json(),
  fc.string(),
  leaf.map((value) => JSON.stringify(value)),
  fc
    .dictionary(fc.constantFrom('shop', 'bank', SECRET, 'UPPER', '__proto__'), fc.oneof(nearlyASite, leaf), {
      maxKeys: 3,
    })
    .map((sites) => JSON.stringify({ sites })),
  // A file that is being written.
  fc
    .tuple(fc.nat(400), nearlyASite)
    .map(([length, site]) => JSON.stringify({ sites: { shop: site } }).slice(0, length)),
)

test('whatever is in the file, there are sites, or messages that name it and the place, without a secret', () => {
  fc.assert(
    fc.property(nearlyAFile, (content) => {
      const problems = problemsOf(content)
      for (const problem of problems) {
        expect(problem).toMatch(/^SITES_FILE: (it |sites: |sites\.[a-z0-9-]{1,32}[. :[])/)
        expect(problem).not.toContain(SECRET)
      }
    }),
    { numRuns: 1500 },
  )
})
