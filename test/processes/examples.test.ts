import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { openPage, settingsFor, SITE } from '../start-service.ts'

/** Some have several spellings, because routes match regardless of case, a trailing slash and percent-encoding. */
const FOR_OPERATORS = ['/metrics', '/METRICS', '/metrics/', '/readyz', '/READYZ', '/%72eadyz', '/docs', '/']

test('in examples/express-mounted, routing gets the guest’s identity from the website’s own session', async () => {
  const genesys = await startSimulator({ agent: 'silent' })
  const { PATH = '' } = process.env
  const script = fileURLToPath(new URL('../../examples/express-mounted/server.mjs', import.meta.url))
  const env = { PATH, LOG_LEVEL: 'silent', ...settingsFor(genesys) }
  const child = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
    const site = line.replace(/\/$/, '')
    expect(await (await fetch(site)).text()).toContain('<genesys-guest-chat>')
    for (const path of FOR_OPERATORS)
      expect([path, (await fetch(`${site}/chat${path}`)).status]).toEqual([path, 404])
    expect((await fetch(`${site}/chat/guest-chat.js`)).status).toBe(200)

    const anonymous = await openPage(`${site}/chat`)
    await anonymous.say('hello')
    expect(genesys.sawAttributes().now).not.toHaveProperty(['custom.plan'])

    const login = await fetch(`${site}/login/jane`, { method: 'POST' })
    const [cookie = ''] = login.headers.getSetCookie()
    const opened = await fetch(`${site}/chat/guest-session`, {
      method: 'POST',
      headers: { origin: SITE, 'content-type': 'application/json', cookie: cookie.split(';')[0]! },
      body: '{}',
    })
    const { session } = (await opened.json()) as { session: string }
    const sent = await fetch(`${site}/chat/messages`, {
      method: 'POST',
      headers: { origin: SITE, 'content-type': 'application/json', authorization: `Bearer ${session}` },
      body: JSON.stringify({ text: 'it is Jane' }),
    })
    expect(sent.status).toBe(201)
    expect(genesys.sawAttributes().now).toMatchObject({ 'custom.plan': 'gold' })
  } finally {
    child.kill('SIGTERM')
    await once(child, 'exit')
    await genesys.close()
  }
}, 20_000)

test('in examples/nextjs-route, a page of the app can chat through its own origin', async () => {
  const genesys = await startSimulator({ agent: 'silent' })
  const before = { ...process.env }
  Object.assign(process.env, { LOG_LEVEL: 'silent', ...settingsFor(genesys) })
  const { POST, GET } = await import('../../examples/nextjs-route/route.ts')
  const ask = (path: string, body: object, headers: Record<string, string> = {}) =>
    POST(
      new Request(`${SITE}/chat${path}`, {
        method: 'POST',
        headers: { origin: SITE, 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    )
  try {
    const opened = await ask('/guest-session', {})
    expect(opened.status).toBe(201)
    for (const path of FOR_OPERATORS)
      expect([path, (await GET(new Request(`${SITE}/chat${path}`))).status]).toEqual([path, 404])
    expect((await GET(new Request(`${SITE}/chat/guest-chat.js`))).status).toBe(200)
    const { session } = (await opened.json()) as { session: string }
    const authorization = `Bearer ${session}`
    const leaving = new AbortController()
    const stream = await GET(
      new Request(`${SITE}/chat/events`, { headers: { authorization }, signal: leaving.signal }),
    )
    expect(stream.headers.get('content-type')).toContain('text/event-stream')
    expect((await ask('/messages', { text: 'hello' }, { authorization })).status).toBe(201)
    let text = ''
    for await (const chunk of stream.body!) {
      text += Buffer.from(chunk as Uint8Array).toString()
      if (text.includes('"hello"')) break
    }
    leaving.abort()
  } finally {
    process.env = before
    await (globalThis as { guestBff?: Promise<{ stop(): Promise<void> }> }).guestBff?.then((it) => it.stop())
    await genesys.close()
  }
}, 20_000)

test('in examples/sveltekit, paths for operators are not public in any spelling', async () => {
  const { fallback } = await import('../../examples/sveltekit/+server.ts')
  for (const path of FOR_OPERATORS) {
    const url = new URL(`${SITE}/chat${path}`)
    const { status } = await fallback({
      request: new Request(url),
      url,
      getClientAddress: () => '203.0.113.7',
    })
    expect([path, status]).toEqual([path, 404])
  }
})
