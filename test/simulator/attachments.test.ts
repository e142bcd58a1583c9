import { afterEach, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts'
import { type Frame, type GuestClient, connect } from './guest-client.ts'
import { call } from './rest-client.ts'

let simulator: Simulator
let nowMs: number
afterEach(() => simulator.close())

async function configured(options: SimulatorOptions = {}): Promise<GuestClient> {
  nowMs = Date.now()
  simulator = await startSimulator({ agent: 'silent', now: () => nowMs, ...options })
  const guest = await connect(simulator)
  await guest.configure()
  return guest
}

const image = { fileName: 'a b.png', fileType: 'image/png', fileSize: 5 }

function put({ body }: Frame, bytes = 'bytes', headers: Record<string, string> = body.headers) {
  return call(body.url as string, {
    method: 'PUT',
    headers: { 'content-type': 'image/png', ...headers },
    body: bytes,
  })
}

const withFile = (id: string, fields: object = {}) => ({
  message: { content: [{ contentType: 'Attachment', attachment: { id } }], ...fields },
})

async function upload(guest: GuestClient): Promise<string> {
  const address = await guest.ask('onAttachment', image)
  await put(address)
  await guest.next(({ class: name }) => name === 'UploadSuccessEvent')
  return address.body.attachmentId as string
}

test('a guest sends a file in three steps: address, upload and message', async () => {
  const guest = await configured()
  const attachmentId = randomUUID()
  const tracingId = guest.send('onAttachment', { attachmentId, ...image })
  const address = await guest.next()
  expect(address).toMatchObject({ type: 'response', class: 'PresignedUrlResponse', code: 200, tracingId })
  expect(address.body).toMatchObject({ attachmentId, headers: { 'x-amz-tagging': expect.any(String) } })

  expect(await put(address)).toMatchObject({ status: 200 })
  const success = await guest.next()
  expect(success).toMatchObject({ type: 'message', class: 'UploadSuccessEvent', body: { attachmentId } })

  const echo = await guest.ask('onMessage', withFile(attachmentId))
  expect(echo.body).toMatchObject({
    type: 'Text',
    content: [
      {
        contentType: 'Attachment',
        attachment: {
          id: attachmentId,
          mediaType: 'Image',
          mime: 'image/png',
          filename: 'a b.png',
          fileSize: 5,
        },
      },
    ],
  })
  expect(echo.body).not.toHaveProperty('text')
  expect(await call(echo.body.content[0].attachment.url as string)).toMatchObject({
    status: 200,
    text: 'bytes',
  })
})

test('the upload address requires exactly the given headers', async () => {
  const guest = await configured()
  const address = await guest.ask('onAttachment', image)
  expect(await put(address, 'bytes', {})).toMatchObject({ status: 403 })
  expect(await put(address, 'bytes', { 'x-amz-tagging': 'other' })).toMatchObject({ status: 403 })
  const authorization = 'Bearer token'
  expect(await put(address, 'bytes', { ...address.body.headers, authorization })).toMatchObject({
    status: 400,
  })
  const forged = { body: { ...address.body, url: `${address.body.url as string}0` } }
  expect(await put(forged)).toMatchObject({ status: 403 })
  expect(await put(address)).toMatchObject({ status: 200 })
})

test.each([
  ['a blocked extension', { fileName: 'virus.exe' }, 4001],
  ['no extension', { fileName: 'file' }, 4004],
  ['a name of 1024 characters', { fileName: `${'a'.repeat(1020)}.png` }, 4005],
  ['more than 10 MB', { fileSize: 10_240 * 1024 + 1 }, 4002],
  ['no bytes', { fileSize: 0 }, 4102],
])('a file with %s is refused before the upload', async (_, fields, errorCode) => {
  const guest = await configured()
  expect(await guest.ask('onAttachment', { ...image, ...fields })).toMatchObject({
    class: 'GenerateUrlError',
    body: { errorCode, errorMessage: expect.any(String) },
  })
})

test('a refused file gets the documented response or, by option, the one in the mobile SDK’s fixtures', async () => {
  // Source: developer.genesys.cloud, websocketapi#troubleshoot-errors, as quoted by the third-party reference.
  const guest = await configured()
  const attachmentId = '00000-0000-0000-0000000'
  const tracingId = guest.send('onAttachment', { ...image, fileName: 'a.exe', attachmentId })
  expect(await guest.next()).toEqual({
    type: 'response',
    class: 'GenerateUrlError',
    code: 400,
    tracingId,
    body: {
      errorCode: 4001,
      errorMessage: expect.stringMatching(/^File type .* not supported$/),
      attachmentId,
    },
  })
  guest.send('onAttachment', { ...image, fileName: 'a.exe', attachmentId: undefined })
  expect((await guest.next()).body.attachmentId).toMatch(/^[0-9a-f-]{36}$/)
  await simulator.close()
  // Source: mobile SDK, `SerializationTest.kt`, whenGenerateUrlErrorEventThenDecodes.
  const other = await configured({ generateUrlErrorForm: 'message' })
  other.send('onAttachment', { ...image, fileName: 'a.exe', attachmentId: 'abcd-1234' })
  expect(await other.next()).toEqual({
    type: 'message',
    class: 'GenerateUrlError',
    code: 200,
    body: { attachmentId: 'abcd-1234', errorCode: 4001, errorMessage: expect.any(String) },
  })
})

test('files are refused if attachments are switched off', async () => {
  const guest = await configured({ attachments: false })
  expect(await guest.ask('onAttachment', image)).toMatchObject({ body: { errorCode: 4000 } })
  expect((await guest.configure()).body.allowedMedia).toEqual({})
})

test.each([
  ['too large', 'a'.repeat(20), 4002],
  ['empty', '', 4102],
])('a file that turns out to be %s is rejected after the upload', async (_, bytes, errorCode) => {
  const guest = await configured({ limits: { fileBytes: 10 } })
  const address = await guest.ask('onAttachment', { ...image, fileSize: 5 })
  expect(await put(address, bytes)).toMatchObject({ status: 200 })
  expect(await guest.next()).toMatchObject({ class: 'UploadFailureEvent', body: { errorCode } })
  expect(await guest.ask('onMessage', withFile(address.body.attachmentId as string))).toMatchObject({
    code: 4010,
  })
})

test('only an uploaded file can be sent, and only once', async () => {
  const guest = await configured()
  expect(await guest.ask('onMessage', withFile(randomUUID()))).toMatchObject({ code: 4009 })
  const { body } = await guest.ask('onAttachment', image)
  expect(await guest.ask('onMessage', withFile(body.attachmentId as string))).toMatchObject({ code: 4010 })
  const id = await upload(guest)
  expect(await guest.ask('onMessage', withFile(id, { type: 'Text', text: 'See' }))).toMatchObject({
    code: 200,
  })
  expect(await guest.ask('onMessage', withFile(id))).toMatchObject({ code: 4009 })
})

test("another guest's file counts as missing", async () => {
  const guest = await configured()
  const attachmentId = await upload(guest)
  const other = await connect(simulator)
  await other.configure()
  expect(await other.ask('getAttachment', { attachmentId })).toMatchObject({ code: 4009 })
  expect(await other.ask('onAttachment', { ...image, attachmentId })).toMatchObject({ code: 400 })
})

test('a download address expires, and getAttachment gives a new one', async () => {
  const guest = await configured()
  const attachmentId = await upload(guest)
  const old = await guest.ask('getAttachment', { attachmentId })
  expect(old).toMatchObject({
    class: 'PresignedUrlResponse',
    body: { attachmentId, headers: {}, fileSize: 5 },
  })
  nowMs += 601_000
  expect(await call(old.body.url as string)).toMatchObject({ status: 403 })
  const fresh = await guest.ask('getAttachment', { attachmentId })
  expect(await call(fresh.body.url as string)).toMatchObject({ status: 200, text: 'bytes' })
})

test('a file can be deleted before it is sent', async () => {
  const guest = await configured()
  const attachmentId = await upload(guest)
  expect(await guest.ask('deleteAttachment', { attachmentId })).toMatchObject({
    type: 'message',
    class: 'AttachmentDeletedResponse',
    body: { attachmentId },
  })
  expect(await guest.ask('onMessage', withFile(attachmentId))).toMatchObject({ code: 4009 })
})

test('a file from the agent can be downloaded', async () => {
  const guest = await configured()
  simulator.agentSays({ text: 'Here', file: { name: 'a.txt', mediaType: 'text/plain', bytes: 'Hello' } })
  const { body } = await guest.next()
  expect(body).toMatchObject({
    text: 'Here',
    content: [{ attachment: { mediaType: 'File', filename: 'a.txt' } }],
  })
  expect(await call(body.content[0].attachment.url as string)).toMatchObject({ text: 'Hello' })
})
