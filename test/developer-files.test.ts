import http from 'node:http'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startTogether, type Running } from './start-service.ts'

let running: Running
beforeAll(async () => {
  running = await startTogether()
})
afterAll(() => running.stop())

/** The bytes on the wire: `fetch` would decompress them. */
function load(path: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; headers: http.IncomingHttpHeaders; body: Buffer }>(
    (resolve, reject) => {
      http
        .get(running.url + path, { headers }, (res) => {
          const chunks: Buffer[] = []
          res.on('data', (chunk: Buffer) => chunks.push(chunk))
          res.on('end', () =>
            resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(chunks) }),
          )
        })
        .on('error', reject)
    },
  )
}

describe.each(['client.js', 'guest-chat.js'])('%s', (file) => {
  test('is sent in the smallest encoding that the browser accepts, and always has the same content', async () => {
    const plain = await load(`/${file}`)
    const brotli = await load(`/${file}`, { 'accept-encoding': 'gzip, deflate, br, zstd' })
    const gzip = await load(`/${file}`, { 'accept-encoding': 'gzip' })
    expect([plain, brotli, gzip].map(({ headers }) => headers['content-encoding'])).toEqual([
      undefined,
      'br',
      'gzip',
    ])
    expect(brotliDecompressSync(brotli.body)).toEqual(plain.body)
    expect(gunzipSync(gzip.body)).toEqual(plain.body)
    for (const { headers } of [plain, brotli, gzip]) {
      expect(headers['content-type']).toBe('text/javascript; charset=utf-8')
      expect(headers.vary).toContain('Accept-Encoding')
    }
  })

  test('is not sent again if the browser already has it; the status is 304', async () => {
    const { headers } = await load(`/${file}`, { 'accept-encoding': 'br' })
    const again = await load(`/${file}`, { 'accept-encoding': 'br', 'if-none-match': String(headers.etag) })
    expect([again.status, again.body.length]).toEqual([304, 0])
  })

  test('is immutable under its name with a content hash, and assets.json states its `integrity` hash', async () => {
    const assets = JSON.parse((await load('/assets.json')).body.toString()) as Record<
      string,
      { path: string; integrity: string }
    >
    const { path = '', integrity = '' } = assets[file] ?? {}
    const plain = await load(`/${file}`)
    const versioned = await load(`/${path}`)
    expect(versioned.body).toEqual(plain.body)
    expect(versioned.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(plain.headers['cache-control']).toBe('public, max-age=3600')
    expect(integrity).toBe(`sha384-${createHash('sha384').update(plain.body).digest('base64')}`)
  })
})

test('a file name with the hash of another version redirects to the current file', async () => {
  const { status, headers } = await load('/client.0000000000.js')
  expect(status).toBe(302)
  expect(headers['location']).toBe('client.js')
  expect(headers['cache-control']).toBe('no-cache')
  expect(headers['content-encoding']).toBeUndefined()
})

test.each(['/guest-chat-de-0000000000.js', '/client.js.br'])(
  '%s is not found, and the response is not marked as immutable',
  async (path) => {
    const { status, headers } = await load(path)
    expect(status).toBe(404)
    expect(headers['cache-control'] ?? '').not.toContain('immutable')
    expect(headers['content-encoding']).toBeUndefined()
  },
)

test.each([
  ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
  ['swagger-ui.css', 'text/css; charset=utf-8'],
])('%s is the same with and without compression', async (file, type) => {
  const gzip = await load(`/docs/${file}`, { 'accept-encoding': 'gzip, br' })
  const plain = await load(`/docs/${file}`, { 'accept-encoding': 'identity' })
  expect([gzip, plain].map(({ headers }) => headers['content-encoding'])).toEqual(['gzip', undefined])
  // `toEqual` compares element by element, which would take half a minute.
  expect(gunzipSync(gzip.body).equals(plain.body)).toBe(true)
  expect(plain.body.length).toBeGreaterThan(100_000)
  for (const { headers } of [gzip, plain]) {
    expect(headers['content-type']).toBe(type)
    expect(headers.vary).toContain('Accept-Encoding')
  }
  const again = await load(`/docs/${file}`, {
    'accept-encoding': 'gzip',
    'if-none-match': gzip.headers.etag!,
  })
  expect(again.status).toBe(304)
})
