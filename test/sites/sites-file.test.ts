import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ConfigError, type SiteConfig } from '../../src/service/settings/config.ts'
import { readConfig } from '../../src/service/settings/read-config.ts'
import { SITE_VARIABLES } from '../../src/service/settings/sites-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'sites-file-'))
const file = join(folder, 'sites.json')
afterAll(() => rmSync(folder, { recursive: true }))

// This must not be a valid site name, because messages repeat valid names.
const SECRET = 'Canary-4711-Secret'
const ENVIRONMENT = { SITES_FILE: file, GENESYS_REGION: 'eu-west-1' }

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

const shop = { ALLOWED_ORIGINS: ['https://shop.example.com'], GENESYS_DEPLOYMENT_ID: 'shop-1' }
const shopWith = (variables: object) => ({ sites: { shop: { ...shop, ...variables } } })

describe('a site', () => {
  test('has its own settings, and the environment’s settings for the rest', () => {
    const [site] = read(shopWith({ GENESYS_SIGN_IN: true, RATE_GUEST_PER_MINUTE: 7 }), {
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

  test.each<[what: string, value: unknown, expected: unknown]>([
    ['text', 'custom.a, custom.b', ['custom.a', 'custom.b']],
    ['a list', ['custom.a', 'custom.b'], ['custom.a', 'custom.b']],
    ['an empty list', [], []],
    ['null, which removes the environment’s value', null, ['custom.*']],
  ])('may set ATTRIBUTES_OPEN to %s', (_what, value, expected) => {
    const [site] = read(shopWith({ ATTRIBUTES_OPEN: value }), { ATTRIBUTES_OPEN: 'account.*' })
    expect(site?.config.attributes.open).toEqual(expected)
  })

  test('accepts an object as the value of DEPLOYMENT_LABELS', () => {
    const labels = { en: { headerTitle: 'Ask, and we answer' } }
    expect(read(shopWith({ DEPLOYMENT_LABELS: labels }))[0]?.config.labels).toEqual(labels)
  })

  test('has separate session keys, which are the same at every start', () => {
    const key = Buffer.alloc(32, 7).toString('base64')
    const sites = { shop, bank: { ...shop, ALLOWED_ORIGINS: 'https://bank.example.com' } }
    const keysOf = () =>
      read({ sites }, { SESSION_KEYS: key }).map(({ config }) =>
        Buffer.from(config.session.keys[0]!).toString('base64'),
      )
    expect(new Set([...keysOf(), key]).size).toBe(3)
    expect(keysOf()).toEqual(keysOf())
  })

  test('reads a secret from a file whose path is relative to the folder of the sites file', () => {
    writeFileSync(join(folder, 'secret.txt'), 'from-a-file\n')
    const [site] = read(
      shopWith({ GENESYS_CLIENT_ID: 'id', GENESYS_CLIENT_SECRET_FILE: 'secret.txt' }),
      // The site has its own client, so this one is not used.
      { GENESYS_CLIENT_ID: 'other', GENESYS_CLIENT_SECRET: SECRET },
    )
    expect(site?.config.genesys.oauth).toMatchObject({ clientId: 'id', clientSecret: 'from-a-file' })
  })

  test('cannot refer to an environment variable in the value of its secret', () => {
    const [site] = read(shopWith({ GENESYS_CLIENT_ID: 'id', GENESYS_CLIENT_SECRET: 'env:SESSION_KEYS' }), {
      SESSION_KEYS: Buffer.alloc(32, 7).toString('base64'),
    })
    expect(site?.config.genesys.oauth?.clientSecret).toBe('env:SESSION_KEYS')
  })

  test('with its own region, host or client gets no OAuth client from the environment', () => {
    const credentials = {
      GENESYS_CLIENT_ID: 'id',
      GENESYS_CLIENT_SECRET: SECRET,
      GENESYS_API_URL: 'https://gateway.example.com',
    }
    const oauthOf = (variables: object) => read(shopWith(variables), credentials)[0]?.config.genesys.oauth
    expect(oauthOf({})).toMatchObject({ clientSecret: SECRET })
    expect(oauthOf({ GENESYS_REGION: 'us-east-1' })).toBeUndefined()
    const ownHost = { GENESYS_API_URL: 'https://other.example.com', GENESYS_REGION: 'us-east-1' }
    expect(oauthOf(ownHost)).toBeUndefined()
    expect(oauthOf({ GENESYS_CLIENT_ID: null })).toBeUndefined()
    const [site] = read(shopWith({ GENESYS_REGION: 'us-east-1' }), credentials)
    expect(site?.config.genesys.hosts.apiUrl).toBe('https://api.mypurecloud.com')
  })

  test('with its own settings for user tokens ignores the environment’s settings for user tokens', () => {
    const own = {
      USER_TOKEN_JWKS_URL: 'https://shop.example.com/jwks.json',
      USER_TOKEN_ISSUER: 'https://shop.example.com',
      USER_TOKEN_AUDIENCE: 'chat',
    }
    const ofEnvironment = { USER_TOKEN_PUBLIC_KEY: SECRET, USER_TOKEN_ALGORITHMS: 'EdDSA' }
    const [site] = read(shopWith(own), { ...own, ...ofEnvironment, USER_TOKEN_JWKS_URL: '' })
    expect(site?.config.userToken).toEqual(read(shopWith(own))[0]?.config.userToken)
  })
})

describe('a sites file is refused, with the place of the mistake, because of', () => {
  test.each<[what: string, content: unknown, problem: RegExp]>([
    ['invalid JSON', '{"sites": {', /^SITES_FILE: it is not JSON/],
    [
      'an object without `sites`',
      { site: {} },
      /^SITES_FILE: it must be an object whose only field is `sites`/,
    ],
    ['a missing site', { sites: {} }, /^SITES_FILE: sites: there must be at least one$/],
    ['an invalid name', { sites: { Shop: shop } }, /^SITES_FILE: sites: the name of site 1 must be/],
    [
      'a site named __proto__',
      '{"sites": {"__proto__": {}}}',
      /^SITES_FILE: sites: (the name of site 1|there must)/,
    ],
    [
      'a site that is not an object',
      { sites: { shop: SECRET } },
      /^SITES_FILE: sites\.shop must be an object whose fields are the names of environment variables$/,
    ],
    [
      'an unknown field',
      shopWith({ GENESYS_REGIO: 'x' }),
      /^SITES_FILE: sites\.shop: GENESYS_REGIO is not a setting. Did you mean GENESYS_REGION\?$/,
    ],
    [
      'a field in another spelling',
      shopWith({ allowedOrigins: 'x' }),
      /^SITES_FILE: sites\.shop: allowedOrigins is not a setting. Did you mean ALLOWED_ORIGINS\?$/,
    ],
    [
      'a field that resembles no setting',
      shopWith({ title: 'x' }),
      /^SITES_FILE: sites\.shop: title is not a setting: the fields of a site are the names of environment variables$/,
    ],
    [
      'a value in the place of a field name',
      shopWith({ [SECRET]: 'x' }),
      /^SITES_FILE: sites\.shop has a field that is not a setting: the fields of a site are the names of environment variables$/,
    ],
    [
      'a value of the wrong type',
      shopWith({ RATE_GUEST_PER_MINUTE: [7] }),
      /^SITES_FILE: sites\.shop: RATE_GUEST_PER_MINUTE must be a string, number, boolean, list of strings, object or null$/,
    ],
    [
      'a list with an item that contains a comma',
      shopWith({ ATTRIBUTES_OPEN: ['custom.a,account.*'] }),
      /^SITES_FILE: sites\.shop: ATTRIBUTES_OPEN must be a string, number/,
    ],
    [
      'a number that is too large',
      shopWith({ MAX_BODY_BYTES: 1e9 }),
      /^SITES_FILE: sites\.shop: MAX_BODY_BYTES must be a whole number between/,
    ],
    [
      'a missing website',
      { sites: { shop: { GENESYS_DEPLOYMENT_ID: 'shop-1' } } },
      /^SITES_FILE: sites\.shop: ALLOWED_ORIGINS is missing/,
    ],
    [
      'a missing deployment',
      { sites: { shop: { ALLOWED_ORIGINS: shop.ALLOWED_ORIGINS } } },
      /^SITES_FILE: sites\.shop: GENESYS_DEPLOYMENT_ID is missing/,
    ],
    [
      'a website with a path',
      shopWith({ ALLOWED_ORIGINS: ['https://a.example', 'https://b.example/x'] }),
      /^SITES_FILE: sites\.shop: ALLOWED_ORIGINS\[1\] .*has a path/,
    ],
    [
      'an id without a secret',
      shopWith({ GENESYS_CLIENT_ID: 'x' }),
      /^SITES_FILE: sites\.shop: GENESYS_CLIENT_SECRET is missing: GENESYS_CLIENT_ID is set$/,
    ],
    [
      'a secret and its file',
      shopWith({ GENESYS_CLIENT_SECRET: SECRET, GENESYS_CLIENT_SECRET_FILE: 'nowhere' }),
      /^SITES_FILE: sites\.shop: GENESYS_CLIENT_SECRET and GENESYS_CLIENT_SECRET_FILE are both set: remove one$/,
    ],
    [
      'a secret file that does not exist',
      shopWith({ GENESYS_CLIENT_ID: 'x', GENESYS_CLIENT_SECRET_FILE: 'nowhere' }),
      /^SITES_FILE: sites\.shop: GENESYS_CLIENT_SECRET_FILE names a file that cannot be read \(ENOENT\)$/,
    ],
    [
      'one website in two sites, in different spellings',
      {
        sites: {
          a: { ...shop, ALLOWED_ORIGINS: ['https://*.müller.example', 'http://shop.example'] },
          b: { ...shop, ALLOWED_ORIGINS: ['https://*.xn--mller-kva.example:443'] },
        },
      },
      /^SITES_FILE: sites\.b: ALLOWED_ORIGINS\[0\] is the same as sites\.a: ALLOWED_ORIGINS\[0\]$/,
    ],
    [
      'a guest API without OAuth',
      shopWith({ GENESYS_GUEST_API: 'external-guests' }),
      /^SITES_FILE: sites\.shop: GENESYS_CLIENT_ID and GENESYS_CLIENT_SECRET are missing/,
    ],
  ])('%s', (_what, content, problem) => {
    expect(problemsOf(content)).toContainEqual(expect.stringMatching(problem))
  })

  test.each(['SESSION_KEYS', 'SESSION_KEYS_FILE', 'REDIS_URL_FILE', 'PORT', 'MAX_REQUESTS_IN_FLIGHT'])(
    'the setting %s, which applies to the whole process',
    (name) => {
      expect(problemsOf(shopWith({ [name]: SECRET }))).toEqual([
        `SITES_FILE: sites.shop: ${name} applies to the whole process: set it in the environment`,
      ])
    },
  )

  test('an unknown field, whose name is not repeated because it may be a misplaced secret', () => {
    expect(problemsOf(shopWith({ [SECRET]: SECRET })).join()).not.toContain(SECRET)
    expect(problemsOf(shopWith({ [SECRET]: SECRET }))).toHaveLength(1)
  })

  test.each([
    ['the same spelling', 'https://shop.example.com', 'https://shop.example.com'],
    ['different letter case', 'https://shop.example.com', 'https://Shop.Example.COM'],
    ['the default port', 'https://shop.example.com', 'https://shop.example.com:443'],
    ['an international name', 'https://münchen.example', 'https://xn--mnchen-3ya.example'],
    ['a wildcard in different letter case', 'https://*.shop.example.com', 'https://*.SHOP.example.com:443'],
  ])('one website in two sites, with %s', (_what, one, other) => {
    const sites = {
      a: { ...shop, ALLOWED_ORIGINS: one },
      b: { ...shop, ALLOWED_ORIGINS: ['https://x.example', other] },
    }
    expect(problemsOf({ sites })).toEqual([
      'SITES_FILE: sites.b: ALLOWED_ORIGINS[1] is the same as sites.a: ALLOWED_ORIGINS[0]',
    ])
  })

  test('a path at which there is no file', () => {
    expect(() =>
      readConfig({ SITES_FILE: join(folder, 'nowhere'), GENESYS_REGION: 'eu-west-1' }).sites?.read(),
    ).toThrow('SITES_FILE: it cannot be read (ENOENT)')
  })

  test('several mistakes in several sites, all of which are reported together', () => {
    const problems = problemsOf({
      sites: {
        a: { ALLOWED_ORIGINS: shop.ALLOWED_ORIGINS },
        b: { ALLOWED_ORIGINS: 1, GENESYS_DEPLOYMENT_ID: 'b' },
        c: { ...shop, UPSTREAM_TIMEOUT_MS: 1 },
      },
    })
    expect(problems.map((problem) => /sites\.(\w)/.exec(problem)?.[1]).sort()).toEqual(['a', 'b', 'c', 'c'])
  })
})

test('ALLOWED_ORIGINS is refused if SITES_FILE is set', () => {
  expect(() => readConfig({ ...ENVIRONMENT, ALLOWED_ORIGINS: 'https://www.example.com' })).toThrow(/both set/)
})

/** Values that are nearly right, and the secret wherever a file can contain text. */
const leaf = fc.oneof(
  fc.constantFrom(SECRET, `nowhere/${SECRET}`, `/${SECRET}\0`, `{"${SECRET}":{}}`, '', ',', 'a,b', 'a=b'),
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
const nearlyASite = fc.record(
  {
    ...Object.fromEntries([...SITE_VARIABLES, 'SESSION_KEYS', 'PORT', SECRET].map((name) => [name, leaf])),
    // An origin is not a secret, and is repeated in messages.
    ALLOWED_ORIGINS: fc.array(
      fc.constantFrom('https://a.example', 'https://*.b.example', 'x', '*', 'null', 'https://*.com'),
      { maxLength: 3 },
    ),
    DEPLOYMENT_LABELS: fc.oneof(
      leaf,
      fc.dictionary(fc.constantFrom('de', SECRET), fc.oneof(leaf, fc.constant({ [SECRET]: SECRET }))),
    ),
  },
  { requiredKeys: [] },
)
const nearlyAFile = fc.oneof(
  fc.json(),
  fc.string(),
  leaf.map((value) => JSON.stringify(value)),
  fc
    .dictionary(fc.constantFrom('shop', 'bank', SECRET, 'UPPER', '__proto__'), fc.oneof(nearlyASite, leaf), {
      maxKeys: 3,
    })
    .map((sites) => JSON.stringify({ sites })),
  // A file that is still being written.
  fc
    .tuple(fc.nat(400), nearlyASite)
    .map(([length, site]) => JSON.stringify({ sites: { shop: site } }).slice(0, length)),
)

test('any file results in sites, or in messages that name the file and the place, but no secret', () => {
  fc.assert(
    fc.property(nearlyAFile, (content) => {
      const problems = problemsOf(content)
      for (const problem of problems) {
        expect(problem).toMatch(/^SITES_FILE: (it |sites: |sites\.[a-z0-9-]{1,32}[ :])/)
        expect(problem).not.toContain(SECRET)
      }
    }),
    { numRuns: 300 },
  )
})
