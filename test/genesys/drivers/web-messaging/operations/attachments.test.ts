import { expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { soon, startDriver } from '../start-driver.ts'

function file(contents = 'Hello file', fileName = 'hello.txt') {
  const bytes = Buffer.from(contents)
  return { fileName, contentType: 'text/plain', sizeBytes: bytes.length, body: Readable.from([bytes]) }
}

test('a file is streamed to the object store, accepted, and sent with a message', async () => {
  const { api, guest, genesys } = await startDriver()
  const jane = await guest()
  const uploaded = await api.upload(jane, file(), soon())
  expect(uploaded).toMatchObject({ fileName: 'hello.txt', sizeBytes: 10, mimeType: 'text/plain' })
  const put = genesys.requests.find(({ method }) => method === 'PUT')
  expect(put?.headers).toMatchObject({ 'content-length': '10', 'content-type': 'text/plain' })
  expect(put?.headers).not.toHaveProperty('authorization')
  const sent = await api.send(jane, { attachmentIds: [uploaded.id], tracingId: randomUUID() }, soon())
  expect(sent.text).toBeUndefined()
  expect(sent.content).toMatchObject([
    {
      type: 'attachment',
      id: uploaded.id,
      fileName: 'hello.txt',
      fileSizeBytes: 10,
      url: expect.any(String),
    },
  ])
})

test('messages are sent while a file is being uploaded', async () => {
  const { api, guest, genesys } = await startDriver()
  const jane = await guest()
  genesys.injectFault({ class: 'UploadSuccessEvent' }, { delayMs: 200 })
  const uploading = api.upload(jane, file(), soon())
  await genesys.seenFrame('PresignedUrlResponse')
  await api.send(jane, { text: 'Meanwhile', tracingId: randomUUID() }, soon())
  expect(genesys.frames.some(({ frame }) => frame.class === 'UploadSuccessEvent')).toBe(false)
  await uploading
})

test.each([
  ['a file name without an extension', file('x', 'README'), 4004],
  ['an empty file', file('', 'empty.txt'), 4102],
])('%s is refused', async (_, outgoing, status) => {
  const { api, guest } = await startDriver()
  await expect(api.upload(await guest(), outgoing, soon())).rejects.toMatchObject({
    code: 'attachment_refused',
    facts: { status },
  })
})

test.each([
  'virus.exe',
  'virus.EXE',
  'virus.exe.',
  'virus.exe . .',
  'virus.exe::$DATA',
  'virus.exe. :a.txt',
  'photo.txt:virus.exe',
])('the file %j is refused because of its blocked extension, without a request to Genesys', async (name) => {
  const { api, guest, genesys } = await startDriver()
  await expect(api.upload(await guest(), file('MZ', name), soon())).rejects.toMatchObject({
    code: 'attachment_refused',
    facts: { hint: expect.stringContaining('supported content') },
  })
  expect(genesys.frames.map(({ frame }) => frame.action)).not.toContain('onAttachment')
})

test.each(['virus.exe.txt', 'exe.txt', 'photo exe.txt', 'at 12:30.txt'])(
  'the file %j is accepted because its extension is allowed',
  async (name) => {
    const { api, guest } = await startDriver()
    await expect(api.upload(await guest(), file('x', name), soon())).resolves.toMatchObject({
      fileName: name,
    })
  },
)

test('a file that is too large is refused before a byte is sent', async () => {
  const { api, guest, genesys } = await startDriver({ limits: { fileBytes: 1024 } })
  await expect(api.upload(await guest(), file('x'.repeat(1025)), soon())).rejects.toMatchObject({
    code: 'attachment_too_large',
  })
  expect(genesys.requests.some(({ method }) => method === 'PUT')).toBe(false)
})

test('no upload address is requested for a page that has disconnected', async () => {
  const { api, guest, genesys } = await startDriver()
  const outgoing = file()
  outgoing.body.destroy()
  await expect(api.upload(await guest(), outgoing, soon())).rejects.toMatchObject({
    code: 'attachment_refused',
  })
  expect(genesys.frames.map(({ frame }) => frame.action)).not.toContain('onAttachment')
})

test('if the deployment accepts no files, the upload error names the setting to change', async () => {
  const { api, guest } = await startDriver({ attachments: false })
  await expect(api.upload(await guest(), file(), soon())).rejects.toMatchObject({
    code: 'attachment_refused',
    facts: { hint: expect.stringContaining('Supported Content') },
  })
})

test('a file is refused if Genesys rejects it after the upload', async () => {
  const { api, guest, genesys } = await startDriver()
  genesys.injectFault(
    { class: 'UploadSuccessEvent' },
    { frame: { class: 'UploadFailureEvent', code: 200, body: { errorCode: 4003, errorMessage: 'content' } } },
  )
  await expect(api.upload(await guest(), file(), soon())).rejects.toMatchObject({
    code: 'attachment_refused',
    facts: { status: 4003 },
  })
})

test('if the socket is lost before an upload address arrives, another address is used', async () => {
  const { api, guest, genesys } = await startDriver()
  const jane = await guest()
  genesys.injectFault({ class: 'PresignedUrlResponse' }, { drop: true })
  const uploaded = await api.upload(jane, file(), soon())
  await api.send(jane, { attachmentIds: [uploaded.id], tracingId: randomUUID() }, soon())
  expect(genesys.requests.filter(({ method }) => method === 'PUT')).toHaveLength(1)
})

test('if the socket is lost before an upload is confirmed, the download address confirms the upload', async () => {
  const { api, guest, genesys } = await startDriver()
  const jane = await guest()
  genesys.injectFault({ class: 'UploadSuccessEvent' }, { drop: true })
  const uploaded = await api.upload(jane, file(), soon())
  expect(uploaded.url).toMatch(/^http/)
  await api.send(jane, { text: 'see this', attachmentIds: [uploaded.id], tracingId: randomUUID() }, soon())
})

test('an upload fails if the object store is unavailable', async () => {
  const { api, guest, genesys } = await startDriver()
  genesys.injectFault('PUT /*', { status: 503 })
  await expect(api.upload(await guest(), file(), soon())).rejects.toMatchObject({
    code: 'upstream_unavailable',
  })
})

test.each(['PresignedUrlResponse', 'UploadSuccessEvent'])(
  'messages do not wait for an upload whose %s is lost, and the upload ends before its deadline',
  async (lost) => {
    const { api, guest, genesys } = await startDriver({}, { requestTimeoutMs: 300 })
    const jane = await guest()
    genesys.injectFault({ class: lost }, { swallow: true })
    const uploading = api.upload(jane, file(), soon(120_000)).then(
      ({ id }) => id,
      (error: unknown) => (error as { code: string }).code,
    )
    await genesys.seenFrame('onAttachment')
    await api.send(jane, { text: 'Meanwhile', tracingId: randomUUID() }, soon(250))
    if (lost === 'PresignedUrlResponse') expect(await uploading).toBe('upstream_timeout')
    else expect(await uploading).toMatch(/^[0-9a-f-]{36}$/)
  },
)

test('an upload that Genesys does not confirm by the deadline fails with upstream_timeout', async () => {
  const { api, guest, genesys } = await startDriver()
  genesys.injectFault({ class: 'UploadSuccessEvent' }, { swallow: true })
  await expect(api.upload(await guest(), file(), soon(300))).rejects.toMatchObject({
    code: 'upstream_timeout',
  })
})

test('a file can be deleted before it is sent', async () => {
  const { api, guest } = await startDriver()
  const jane = await guest()
  const { id } = await api.upload(jane, file(), soon())
  await api.deleteAttachment(jane, id, soon())
  await expect(
    api.send(jane, { attachmentIds: [id], tracingId: randomUUID() }, soon()),
  ).rejects.toMatchObject({ code: 'attachment_refused' })
})

test('a fresh download address can be requested for a sent file, but not for an unknown one', async () => {
  const { api, guest } = await startDriver()
  const jane = await guest()
  const { id } = await api.upload(jane, file(), soon())
  await api.send(jane, { attachmentIds: [id], tracingId: randomUUID() }, soon())
  expect(await api.attachmentUrl(jane, id, soon())).toMatch(/^http/)
  await expect(api.attachmentUrl(jane, randomUUID(), soon())).rejects.toMatchObject({
    code: 'attachment_refused',
    facts: { status: 4009 },
  })
})
