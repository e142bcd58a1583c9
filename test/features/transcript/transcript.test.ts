import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startTogether, type Answer, type Page, type Running } from '../../start-service.ts'

const QUERY = '/transcript?language=de&timeZone=Europe%2FBerlin'

let running: Running
beforeAll(async () => {
  running = await startTogether({ settings: { TRANSCRIPT: 'on', REDACT: 'card' } })
})
afterAll(() => running.stop())

const start = (): Promise<Page> => running.openPage({ name: 'Jane Doe' })

const read = (page: Page, accept: string, query = QUERY) => page.ask('GET', query, undefined, { accept })
const textOf = ({ body }: Answer) => String(body)

test('without TRANSCRIPT=on, GET /transcript returns 501 and the capability is missing', async () => {
  const without = await startTogether()
  const page = await without.openPage()
  expect(await read(page, 'text/plain')).toMatchObject({ status: 501, body: { code: 'not_enabled' } })
  expect(page.opened.body.capabilities).not.toContain('transcript')
  await without.stop()
})

describe('the transcript', () => {
  test('is announced in the capabilities, and requires a session', async () => {
    const page = await start()
    expect(page.opened.body.capabilities).toContain('transcript')
    const { origin } = page.headers
    const without = await fetch(`${running.url}/transcript`, { headers: { origin: origin! } })
    expect(without.status).toBe(401)
  })

  test('is a text file in the requested language and time zone', async () => {
    const page = await start()
    await page.say('Guten Tag\nzwei Zeilen')
    running.genesys.agentSays('Hallo')
    const file = await read(page, 'text/plain')
    expect(file.status).toBe(200)
    expect(file.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(file.headers.get('content-disposition')).toMatch(
      /^attachment; filename="conversation-\d{4}-\d\d-\d\d\.txt"$/,
    )
    expect(file.headers.get('cache-control')).toBe('no-store')
    expect(textOf(file).replace(/\d+:\d\d/g, '10:15')).toMatch(
      /^Unterhaltung\nZeitzone: Europe\/Berlin\n\n\w+, \d+\. \w+ \d{4}\n\n10:15 {2}Sie\n {4}Guten Tag\n {4}zwei Zeilen\n\n10:15 {2}Ada\n {4}Hallo\n$/,
    )
  })

  test('is in a language that the browser accepts, or in English if none of those is available', async () => {
    const page = await start()
    await page.say('Hello')
    const inLanguage = async (language: string) =>
      (await page.ask('GET', '/transcript', undefined, { 'accept-language': language })).body as string
    expect(await inLanguage('sv, pt-BR;q=0.8, en;q=0.5')).toMatch(/^Conversa\n.*UTC/)
    expect(await inLanguage('sv')).toMatch(/^Conversation\nTime zone: UTC/)
    expect(await inLanguage('*')).toMatch(/^Conversation\nTime zone: UTC/)
  })

  test('as HTML contains no markup from a guest or an agent', async () => {
    const page = await start()
    await page.say('<img src=x onerror="alert(1)">&amp;')
    running.genesys.agentSays('</p><script>alert(2)</script>')
    const file = await read(page, 'text/html', '/transcript?language=ar')
    expect(file.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(file.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; .*; sandbox$/,
    )
    expect(file.body).toContain('<html lang="ar" dir="rtl">')
    expect(file.body).toMatch(
      /<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; /,
    )
    expect(file.body).toContain('<p dir="auto">&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;amp;</p>')
    expect(file.body).toContain('<p dir="auto">&lt;/p&gt;&lt;script&gt;alert(2)&lt;/script&gt;</p>')
    expect(textOf(file).match(/<(?!\/)(?!!)\w+/g)).not.toContain('<script')
  })

  test('as JSON contains language, time zone and messages', async () => {
    const page = await start()
    const said = await page.say('Hello')
    const { body } = await read(page, 'application/json')
    expect(body).toMatchObject({
      language: 'de',
      timeZone: 'Europe/Berlin',
      complete: true,
      messages: [{ id: said.body.id, text: 'Hello' }],
    })
  })

  test('keeps masked data masked', async () => {
    const page = await start()
    await page.say('My card is 4111 1111 1111 1111.')
    for (const accept of ['text/plain', 'text/html', 'application/json']) {
      const text = JSON.stringify((await read(page, accept)).body)
      expect(text).toContain('My card is **** **** **** ****.')
      expect(text).not.toContain('4111')
    }
  })

  test.each([
    ['language=x', 'language'],
    ['timeZone=Mars', 'timeZone'],
    ['color=red', 'color'],
  ])('is refused with the query %s', async (query, path) => {
    const page = await start()
    const answer = await read(page, 'text/plain', `/transcript?${query}`)
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [{ path }] } })
  })

  test('is refused in an unsupported media type and with a method other than GET', async () => {
    const page = await start()
    expect(await read(page, 'image/png')).toMatchObject({ status: 406 })
    const { headers, url } = { headers: page.headers, url: running.url }
    expect((await fetch(`${url}/transcript`, { method: 'POST', headers })).status).toBe(405)
  })
})
