import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from '@jest/globals'
import { ConfigError } from '../src/service/settings/config.ts'
import { readConfig, readConfigFromEnvironment } from '../src/service/settings/read-config.ts'
import { EXAMPLE_SESSION_KEY } from '../src/service/settings/session-keys.ts'

const good = {
  ALLOWED_ORIGINS: 'https://www.example.com, https://*.example.org',
  GENESYS_REGION: 'eu-west-1',
  GENESYS_DEPLOYMENT_ID: '00000000-0000-4000-8000-000000000001',
}
const key = Buffer.alloc(32, 7).toString('base64')
const production = { ...good, NODE_ENV: 'production', SESSION_KEYS: key }

const folder = mkdtempSync(join(tmpdir(), 'settings-'))
afterAll(() => rmSync(folder, { recursive: true }))

function problemsOf(variables: Record<string, string | undefined>): readonly string[] {
  try {
    readConfig(variables)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('the configuration', () => {
  test('has few required settings, and defaults for the others', () => {
    const config = readConfig(good)
    expect(config).toMatchObject({
      port: 3000,
      production: false,
      allowedOrigins: ['https://www.example.com', 'https://*.example.org'],
      allowNoOrigin: false,
      drainMs: 3000,
      managementPort: undefined,
      docs: true,
      demo: false,
      problemHints: true,
      genesys: {
        guestApi: 'web-messaging',
        oauth: undefined,
        hosts: {
          apiUrl: 'https://api.mypurecloud.ie',
          loginUrl: 'https://login.mypurecloud.ie',
          cdnUrl: 'https://api-cdn.mypurecloud.ie',
        },
      },
      session: { maxAgeMs: 259_200_000, cookie: false, keysAreEphemeral: true },
      limits: { bodyBytes: 16_384, attachmentBytes: 10_485_760 },
    })
    expect(config.session.keys[0]).toHaveLength(32)
  })

  test('hides hints in production unless PROBLEM_HINTS is on', () => {
    expect(readConfig(production).problemHints).toBe(false)
    expect(readConfig({ ...production, PROBLEM_HINTS: 'on' }).problemHints).toBe(true)
  })

  test('accepts both "false" and "off" to turn a setting off', () => {
    expect(readConfig({ ...good, DOCS: 'false', DEMO: 'off' })).toMatchObject({ docs: false, demo: false })
  })

  test('is refused if NODE_ENV is almost, but not exactly, "production"', () => {
    for (const NODE_ENV of ['prod', 'Production', 'production-eu'])
      expect(problemsOf({ ...good, NODE_ENV })).toEqual([
        'NODE_ENV must be production, in full and in lower case',
      ])
    expect(readConfig({ ...good, NODE_ENV: 'staging' }).warnings).toEqual([])
  })

  test('warns about the deployment id from .env.example and about a setting’s former name', () => {
    const { warnings } = readConfig({
      ...good,
      GENESYS_DEPLOYMENT_ID: '00000000-0000-0000-0000-000000000000',
      METRICS_PORT: '9100',
    })
    expect(warnings).toEqual([
      'METRICS_PORT is now called MANAGEMENT_PORT; the old name works until the next release',
      'GENESYS_DEPLOYMENT_ID is the placeholder from .env.example: set the id of your Messenger deployment',
    ])
  })

  test('warns about a deployment id that is not a UUID, unless a Genesys address is set', () => {
    const { warnings } = readConfig({ ...good, GENESYS_DEPLOYMENT_ID: 'shop' })
    expect(warnings).toEqual([
      'GENESYS_DEPLOYMENT_ID is not a UUID, but the ids of deployments in Genesys Cloud are UUIDs',
    ])
    expect(
      readConfig({ ...good, GENESYS_DEPLOYMENT_ID: 'shop', GENESYS_API_URL: 'https://gateway.example.com' })
        .warnings,
    ).toEqual([])
  })

  test('accepts an unencrypted upstream on this machine, even in production', () => {
    expect(problemsOf({ ...production, GENESYS_API_URL: 'http://127.0.0.1:4010' })).toEqual([])
  })

  test('treats an empty variable as missing', () => {
    expect(readConfig({ ...good, PORT: '', GENESYS_CLIENT_ID: ' ' })).toMatchObject({ port: 3000 })
  })

  test('reads secrets from files', () => {
    const file = join(folder, 'keys')
    writeFileSync(file, `${key}\n`)
    expect(readConfig({ ...good, SESSION_KEYS_FILE: file }).session.keys).toEqual([Buffer.alloc(32, 7)])
    const otherKey = Buffer.alloc(32, 8)
    writeFileSync(file, `${key}\r\n${otherKey.toString('base64')}\n`)
    expect(readConfig({ ...good, SESSION_KEYS_FILE: file }).session.keys).toEqual([
      Buffer.alloc(32, 7),
      otherKey,
    ])
    expect(problemsOf({ ...good, SESSION_KEYS_FILE: `${file}-not` })).toEqual([
      'SESSION_KEYS_FILE names a file that cannot be read (ENOENT)',
    ])
    const withoutKeys = { ...production, SESSION_KEYS: undefined, SESSION_KEYS_FILE: `${file}-not` }
    expect(problemsOf(withoutKeys)).toEqual(['SESSION_KEYS_FILE names a file that cannot be read (ENOENT)'])
  })
})

describe('settings are refused', () => {
  test('with one message for each wrong setting, and no message contains a setting’s value', () => {
    const canary = 'canary-value-7d1'
    const problems = problemsOf({
      PORT: canary,
      ALLOWED_ORIGINS: `https://user:${canary}@www.example.com`,
      GENESYS_REGION: canary,
      GENESYS_GUEST_API: canary,
      GENESYS_CLIENT_SECRET: canary,
      SESSION_KEYS: canary,
      LOG_LEVEL: canary,
      DOCS: canary,
      ATTRIBUTES_TRUSTED: canary,
    })
    expect(problems.map((problem) => problem.split(/[ [:]/)[0]).sort()).toEqual(
      [
        ...['PORT', 'ALLOWED_ORIGINS', 'GENESYS_DEPLOYMENT_ID', 'GENESYS_REGION', 'GENESYS_GUEST_API'],
        ...['GENESYS_CLIENT_ID', 'SESSION_KEYS', 'LOG_LEVEL', 'DOCS', 'ATTRIBUTES_TRUSTED'],
      ].sort(),
    )
    expect(problems.join()).not.toContain(canary)
  })

  test.each([
    ['https://x.example/shop', 'has a path; write `https://x.example`'],
    ['https://x.example/', 'ends with a slash; write `https://x.example`'],
    ['https://*.example.com/', 'ends with a slash; write `https://*.example.com`'],
    ['https://x.example?a', 'must be only scheme, host and port; write `https://x.example`'],
    ['x.example', 'has no scheme; write `https://x.example`'],
    ['null', 'is the origin of sandboxed and local pages; name each website'],
    ['https://*.com', 'covers a whole top-level domain; put the wildcard below your own domain'],
  ])('if ALLOWED_ORIGINS contains %s, with the message "%s"', (entry, problem) => {
    expect(problemsOf({ ...good, ALLOWED_ORIGINS: `https://www.example.com,${entry}` })).toEqual([
      `ALLOWED_ORIGINS[1] \`${entry}\` ${problem}`,
    ])
  })

  test.each([
    [
      'TRUST_PROXY',
      'true',
      'must be the number of proxies in front of the service, 0 to 16, or a list of their networks, such as 10.0.0.0/8',
    ],
    [
      'GENESYS_DEPLOYMENT_ID',
      'my deployment',
      'must be the id of the Messenger deployment in Genesys Cloud, such as 0b1f5a3e-51a4-4c8e-9c55-5e1f0f7a0002',
    ],
    [
      'HTTPS_PROXY',
      'proxy.example.com:3128',
      'must begin with http:// or https://, such as http://proxy.example.com:3128',
    ],
    ['http_proxy', 'canary', 'must begin with http:// or https://, such as http://proxy.example.com:3128'],
  ])('with a message that states which values %s may have', (name, value, problem) => {
    expect(problemsOf({ ...good, [name]: value })).toEqual([`${name} ${problem}`])
  })

  test('with a message that shows which part of the address in GENESYS_REGION is the region', () => {
    expect(problemsOf({ ...good, GENESYS_REGION: 'https://apps.mypurecloud.ie/' })).toEqual([
      expect.stringMatching(
        /^GENESYS_REGION must be a region or its domain alone, such as mypurecloud\.ie without https:\/\/apps\.; the regions are us-east-1/,
      ),
    ])
  })

  test('with a message that names the missing addresses if there is no region', () => {
    expect(
      problemsOf({
        ...good,
        GENESYS_REGION: undefined,
        GENESYS_API_URL: 'https://gateway.example.com',
        GENESYS_MESSAGING_URL: 'wss://gateway.example.com',
      }),
    ).toEqual([
      'GENESYS_REGION is missing: set it, or all four addresses; not set yet: GENESYS_LOGIN_URL, GENESYS_CDN_URL',
    ])
  })

  test('with a message that lists the regions if the region is unknown', () => {
    expect(problemsOf({ ...good, GENESYS_REGION: 'eu-west-9' })).toEqual([
      expect.stringMatching(/^GENESYS_REGION is not a Genesys Cloud region.*eu-west-1 \(mypurecloud\.ie\), /),
    ])
  })

  test.each(['*', 'null', 'https://www.example.com/', 'https://*.com', 'example.com', 'ftp://example.com'])(
    'if the only allowed origin is %s',
    (origin) => expect(problemsOf({ ...good, ALLOWED_ORIGINS: origin })).toHaveLength(1),
  )

  test.each([
    ['a session key is missing', { SESSION_KEYS: undefined }],
    ['the session key is the one in .env.example', { SESSION_KEYS: EXAMPLE_SESSION_KEY }],
    ['an upstream on another machine uses plain http', { GENESYS_API_URL: 'http://gateway.example.com' }],
    ['the guest socket is not encrypted', { GENESYS_MESSAGING_URL: 'ws://gateway.example.com' }],
  ])('in production if %s', (_what, wrong) => expect(problemsOf({ ...production, ...wrong })).toHaveLength(1))

  test.each(['SESSION_KEYS', 'ALLOWED_ORIGINS'])('if %s is an empty list', (name) => {
    expect(problemsOf({ ...production, [name]: ',' })).toHaveLength(1)
  })

  test('if the same port is set for two purposes', () => {
    expect(problemsOf({ ...good, PORT: '3000', METRICS_PORT: '3000' })).toHaveLength(1)
  })

  test('if credentials are incomplete, or if the guest API needs credentials and none are set', () => {
    expect(problemsOf({ ...good, GENESYS_CLIENT_ID: 'id' })).toHaveLength(1)
    expect(problemsOf({ ...good, GENESYS_GUEST_API: 'external-guests' })).toHaveLength(1)
  })

  test('if there are trusted attributes but no way to verify a visitor', () => {
    expect(problemsOf({ ...good, ATTRIBUTES_TRUSTED: 'custom.userId=sub' })).toHaveLength(1)
  })
})

describe('in production, a .env file', () => {
  const before = { folder: process.cwd(), env: process.env }
  afterEach(() => {
    process.chdir(before.folder)
    process.env = before.env
  })

  function readBeside(envFile: string, env: Record<string, string>) {
    writeFileSync(join(folder, '.env'), envFile)
    process.env = { ...production, ...env }
    process.chdir(folder)
    return readConfigFromEnvironment()
  }

  test('is not read, and a warning says so', () => {
    const warnings = [expect.stringContaining('does not read the .env file')]
    expect(readBeside('PORT=1\n', {})).toMatchObject({ port: 3000, warnings })
  })

  test('causes no warning if a framework such as Next.js has already read it', () => {
    expect(readBeside('PORT=1\n', { PORT: '1' })).toMatchObject({ port: 1, warnings: [] })
  })
})

describe('when the environment is read,', () => {
  test.each([
    ['ALLOWED_ORIGIN', 'ALLOWED_ORIGINS'],
    ['GENESYS_DEPLOYMENTID', 'GENESYS_DEPLOYMENT_ID'],
    ['SESSION_KEY', 'SESSION_KEYS'],
    ['GENESYS_CLIENT_SECRETS_FILE', 'GENESYS_CLIENT_SECRET_FILE'],
    ['MAX_BODY_SIZE', 'MAX_BODY_BYTES'],
    ['RATE_GUESTS_PER_MINUTE', 'RATE_GUEST_PER_MINUTE'],
    ['CALLBACK', 'CALLBACKS'],
    ['KNOWLEGDE', 'KNOWLEDGE'],
    ['LOG_LEVL', 'LOG_LEVEL'],
    ['TRANSCRIPTS', 'TRANSCRIPT'],
    ['CHALENGE', 'CHALLENGE'],
  ])('a warning about the unknown variable %s suggests %s', (name, meant) => {
    expect(readConfig({ ...good, [name]: 'x' }).warnings).toEqual([
      `${name} is not a setting. Did you mean ${meant}?`,
    ])
  })

  test.each([
    [
      'https://*.github.io',
      ['ALLOWED_ORIGINS[0] allows every website below github.io, where anyone can create a website'],
    ],
    [
      'https://*.co.uk',
      ['ALLOWED_ORIGINS[0] allows every website below co.uk, where anyone can create a website'],
    ],
    ['https://*.example.com,https://*.shop.co.uk,https://me.github.io', []],
  ])('the allowed origins %s cause the warnings %j', (origins, warnings) => {
    expect(readConfig({ ...good, ALLOWED_ORIGINS: origins }).warnings).toEqual(warnings)
  })

  test.each([
    ['800', undefined, 400],
    ['20000', undefined, 1000],
    ['800', '700', 700],
  ])(
    'MAX_EVENT_STREAMS=%s with a limit per address of %s allows one address %i streams',
    (all, ofOne, most) => {
      const more = ofOne === undefined ? {} : { MAX_EVENT_STREAMS_PER_ADDRESS: ofOne }
      const { limits } = readConfig({ ...good, MAX_EVENT_STREAMS: all, ...more })
      expect(limits.eventStreamsPerAddress).toBe(most)
    },
  )

  test.each([
    'GENESYS_GUEST_BFF_SERVICE_HOST',
    'GENESYS_GUEST_BFF_SERVICE_PORT_HTTP',
    'GENESYS_GUEST_BFF_PORT',
    'GENESYS_GUEST_BFF_PORT_3000_TCP_ADDR',
    'SESSION_MANAGER',
    'PATH',
    'HOSTNAME',
    'LANGUAGE',
    'LOGNAME',
    'NODE_VERSION',
    'SIMULATOR_PORT',
  ])('%s belongs to another program and is ignored', (name) => {
    expect(readConfig({ ...good, [name]: 'x' }).warnings).toEqual([])
  })

  test('a misspelled setting is reported both as missing and as an unknown variable', () => {
    const { ALLOWED_ORIGINS, ...others } = good
    expect(() => readConfig({ ...others, ALLOWED_ORIGIN: ALLOWED_ORIGINS })).toThrow(
      /ALLOWED_ORIGINS is missing[^]*ALLOWED_ORIGIN is not a setting. Did you mean ALLOWED_ORIGINS\?/,
    )
  })
})
