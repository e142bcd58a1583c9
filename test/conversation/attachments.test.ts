import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import express from 'express'
import { createGuestBff } from '../../src/service/guest-bff.ts'
import { readConfig } from '../../src/service/settings/read-config.ts'
import type { SimulatorOptions } from '../../src/simulator/simulator.ts'
import { isMessage } from '../event-reader.ts'
import { checkedFetch } from '../openapi-answers.ts'
import { openPage, settingsFor, startTogether, type Page, type Running } from '../start-service.ts'

let running: Running
let page: Page
beforeEach(() => start())
afterEach(() => running.stop())

async function start(simulator: SimulatorOptions = {}, settings: Record<string, string> = {}) {
  running = await startTogether({ simulator, settings })
  page = await running.openPage()
}

async function restart(...options: Parameters<typeof start>): Promise<void> {
  await running.stop()
  await start(...options)
}

async function upload(
  fileName: string,
  bytes: Uint8Array<ArrayBuffer> | string = 'bytes',
  type = 'image/png',
) {
  const answer = await checkedFetch(`${running.url}/attachments?fileName=${encodeURIComponent(fileName)}`, {
    method: 'POST',
    headers: { ...page.headers, 'content-type': type },
    body: bytes,
  })
  return { status: answer.status, body: await answer.json() }
}

const putsToTheStore = () => running.genesys.requests.filter(({ method }) => method === 'PUT').length
const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

async function download(url: string): Promise<Buffer> {
  return Buffer.from(await (await fetch(url)).arrayBuffer())
}

describe('a file', () => {
  test.each([
    ['../../a.png', 'a.png'],
    ['C:\\fakepath\\a.png', 'a.png'],
    ['..a.png', '..a.png'],
    ['\u200fתמונה.png', 'תמונה.png'],
    ['photo-\u2067exe\u200f.png\u2069', 'photo-exe.png'],
    ['a.png\u200b', 'a.png'],
    ['a.png \u2060\u0085\u2028', 'a.png'],
    ['b/\u200b a.png', 'a.png'],
  ])('with the name %j is called %j, both in the response and at Genesys', async (given, fileName) => {
    expect(await upload(given)).toMatchObject({ status: 201, body: { fileName } })
    expect(running.genesys.frames.find(({ frame }) => frame.action === 'onAttachment')?.frame).toMatchObject({
      fileName,
    })
  })

  test.each(['..', 'a/..', '.', 'a.png/', '\\', '\u200b', '.\u200b.', 'a\tb.png'])(
    'with the name %j is refused',
    async (given) => {
      expect(await upload(given)).toMatchObject({
        body: { code: 'invalid_request', errors: [{ path: 'fileName' }] },
      })
      expect(putsToTheStore()).toBe(0)
    },
  )

  test('can be uploaded, sent, received as a live event and downloaded again, byte for byte', async () => {
    const bytes = randomBytes(3_000_000)
    const stream = await page.events()
    const uploaded = await upload('holiday photo ü.png', bytes)
    expect(uploaded).toMatchObject({
      status: 201,
      body: { fileName: 'holiday photo ü.png', sizeBytes: bytes.length, mimeType: 'image/png' },
    })
    const { id } = uploaded.body
    const sent = await page.ask('POST', '/messages', { text: 'see this', attachmentIds: [id] })
    expect(sent).toMatchObject({
      status: 201,
      body: { text: 'see this', content: [{ type: 'attachment', id, fileName: 'holiday photo ü.png' }] },
    })
    const heard = await stream.next(isMessage('see this'))
    expect(heard.data['content']).toMatchObject([{ type: 'attachment', id }])
    const [content] = (await page.ask('GET', '/messages')).body.messages[0].content
    expect(digest(await download(content.url))).toBe(digest(bytes))
    stream.close()
  })

  test('can be sent without text', async () => {
    const { id } = (await upload('photo.png')).body
    const sent = await page.ask('POST', '/messages', { attachmentIds: [id] })
    expect(sent).toMatchObject({ status: 201, body: { content: [{ type: 'attachment', id }] } })
    expect(sent.body).not.toHaveProperty('text')
  })

  test('gets a fresh address when the page requests one', async () => {
    const { id } = (await upload('photo.png', 'the bytes')).body
    await page.ask('POST', '/messages', { attachmentIds: [id] })
    const fresh = await page.ask('GET', `/attachments/${id}`)
    expect(fresh.status).toBe(200)
    expect((await download(fresh.body.url)).toString()).toBe('the bytes')
  })

  test('can be deleted before it is sent, and cannot be sent afterward', async () => {
    const { id } = (await upload('photo.png')).body
    expect((await page.ask('DELETE', `/attachments/${id}`)).status).toBe(204)
    expect(await page.ask('POST', '/messages', { attachmentIds: [id] })).toMatchObject({
      status: 422,
      body: { code: 'attachment_refused' },
    })
  })

  test('from the agent reaches the page', async () => {
    await page.say('hello')
    const stream = await page.events()
    running.genesys.agentSays({
      text: 'your bill',
      file: { name: 'bill.pdf', mediaType: 'application/pdf', bytes: 'a bill' },
    })
    const { data } = await stream.next(isMessage('your bill'))
    const [content] = data['content'] as { url: string }[]
    expect((await download(content!.url)).toString()).toBe('a bill')
    stream.close()
  })

  test('is accepted even if the guest’s socket is lost during the upload', async () => {
    running.genesys.injectFault('UploadSuccessEvent', { drop: true })
    const uploaded = await upload('photo.png')
    expect(uploaded.status).toBe(201)
    expect(await page.ask('POST', '/messages', { attachmentIds: [uploaded.body.id] })).toMatchObject({
      status: 201,
    })
  })

  test.each([
    ['it has a blocked extension', 'program.exe', 422, 'attachment_refused'],
    ['it has a blocked extension in capitals', 'PROGRAM.EXE', 422, 'attachment_refused'],
    ['it has no extension', 'photo', 422, 'attachment_refused'],
    ['its name is too long', 'x'.repeat(1024) + '.png', 400, 'invalid_request'],
    ['its name contains a control character', 'line\nbreak.png', 400, 'invalid_request'],
  ])('is refused, and not uploaded to Genesys, if %s', async (_what, fileName, status, code) => {
    expect(await upload(fileName)).toMatchObject({ status, body: { code } })
    expect(putsToTheStore()).toBe(0)
  })

  test.each([
    ['inside a form', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['compressed', { 'content-type': 'image/png', 'content-encoding': 'gzip' }],
  ])('is refused, and not uploaded to Genesys, if it is sent %s', async (_how, headers) => {
    const answer = await checkedFetch(`${running.url}/attachments?fileName=photo.png`, {
      method: 'POST',
      headers: { ...page.headers, ...headers },
      body: 'not the bytes of the file',
    })
    expect(answer.status).toBe(415)
    expect(await answer.json()).toMatchObject({
      code: 'unsupported_media_type',
      detail: 'The body must be the file itself: neither a form nor compressed.',
    })
    expect(putsToTheStore()).toBe(0)
  })

  test('is refused, with a hint, if the app that contains the service has read it', async () => {
    const bff = createGuestBff(readConfig(settingsFor(running.genesys)))
    const site = express().use(express.text(), bff.app).listen(0, '127.0.0.1')
    await once(site, 'listening')
    const { headers, ask } = await openPage(`http://127.0.0.1:${(site.address() as AddressInfo).port}`)
    const answer = await ask('POST', '/attachments?fileName=note.txt', 'bytes', {
      ...headers,
      'content-type': 'text/plain',
    })
    expect(answer.body).toMatchObject({
      code: 'unsupported_media_type',
      hint: expect.stringContaining('Mount this service before the body parsers'),
    })
    site.close()
    await bff.close()
  })

  test('is refused, and not uploaded to Genesys, if it is larger than the deployment accepts', async () => {
    await restart({ limits: { fileBytes: 2048 } })
    expect(page.opened.body.limits.attachments.maxFileSizeKB).toBe(2)
    expect(await upload('photo.png', 'x'.repeat(2049))).toMatchObject({
      status: 413,
      body: { code: 'attachment_too_large' },
    })
    expect(putsToTheStore()).toBe(0)
    expect((await upload('photo.png', 'x'.repeat(2048))).status).toBe(201)
  })

  test('is refused, and not uploaded to Genesys, if it is larger than this service accepts', async () => {
    await restart({}, { MAX_ATTACHMENT_BYTES: '1024' })
    expect(await upload('photo.png', 'x'.repeat(1025))).toMatchObject({
      status: 413,
      body: { code: 'attachment_too_large' },
    })
    expect(putsToTheStore()).toBe(0)
  })

  test('is refused, and not uploaded to Genesys, if the deployment does not accept files', async () => {
    await restart({ attachments: false })
    expect(page.opened.body.limits).not.toHaveProperty('attachments')
    expect(await upload('photo.png')).toMatchObject({ status: 422, body: { code: 'attachment_refused' } })
    expect(putsToTheStore()).toBe(0)
  })

  test('is refused, and not uploaded to Genesys, if the deployment does not accept its type', async () => {
    const inbound = { fileTypes: [{ type: 'image/*' }, { type: 'text/plain' }], maxFileSizeKB: 10 }
    const body = { connected: true, newSession: true, allowedMedia: { inbound } }
    running.genesys.injectFault('SessionResponse', { frame: { class: 'SessionResponse', code: 200, body } })
    page = await running.openPage()
    expect(await upload('page.html', 'bytes', 'text/html')).toMatchObject({
      status: 422,
      body: { code: 'attachment_refused' },
    })
    expect(putsToTheStore()).toBe(0)
    for (const type of ['image/png', 'text/plain; charset=utf-8', 'application/octet-stream']) {
      expect((await upload('file.txt', 'bytes', type)).status).toBe(201)
    }
  })

  test('is refused if it is empty', async () => {
    expect(await upload('photo.png', '')).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
  })

  test('is refused after the upload to Genesys if Genesys rejects its content', async () => {
    running.genesys.injectFault('UploadSuccessEvent', {
      frame: {
        class: 'UploadFailureEvent',
        code: 200,
        body: { errorCode: 4003, errorMessage: 'File content invalid' },
      },
    })
    expect(await upload('photo.png')).toMatchObject({ status: 422, body: { code: 'attachment_refused' } })
    expect(putsToTheStore()).toBe(1)
  })

  test('is refused if it belongs to another guest', async () => {
    const { id } = (await upload('photo.png')).body
    const other = await running.openPage()
    for (const answer of [
      await other.ask('GET', `/attachments/${id}`),
      await other.ask('DELETE', `/attachments/${id}`),
      await other.ask('POST', '/messages', { attachmentIds: [id] }),
    ]) {
      expect(answer).toMatchObject({ status: 422, body: { code: 'attachment_refused' } })
    }
    expect((await page.ask('POST', '/messages', { attachmentIds: [id] })).status).toBe(201)
  })
})
