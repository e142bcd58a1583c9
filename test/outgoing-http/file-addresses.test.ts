import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { describe, expect, test } from '@jest/globals'
import nock from 'nock'
import { createFileAddresses, isPublicAddress } from '../../src/service/outgoing-http/file-addresses.ts'
import { createUpstreamAgents } from '../../src/service/outgoing-http/upstream-agents.ts'
import { createUpstreamClient } from '../../src/service/outgoing-http/upstream-client.ts'
import { UpstreamError } from '../../src/service/errors/upstream-error.ts'
import { failure } from './failure.ts'

const addresses = createFileAddresses({
  configuredUrls: ['http://127.0.0.1:4010', 'https://api.mypurecloud.ie', 'ws://localhost:4010/v1'],
})
const PUT = { 'Content-Type': 'image/png', 'x-amz-tagging': 'a=b' }

function refusal(act: () => void): UpstreamError {
  try {
    act()
  } catch (error) {
    expect(error).toBeInstanceOf(UpstreamError)
    return error as UpstreamError
  }
  throw new Error('It was taken.')
}

describe('an upload address', () => {
  test.each([
    'https://bucket.s3.eu-west-1.amazonaws.com/key?X-Amz-Signature=a',
    'https://93.184.215.14/key',
    'https://[2606:2800:220:1:248:1893:25c8:1946]/key',
    'http://127.0.0.1:4010/upload/1',
    'http://localhost:4010/upload/1',
  ])('such as %s can be used', (url) => {
    expect(() => addresses.requireUploadable(url, PUT)).not.toThrow()
  })

  test.each([
    'http://bucket.s3.eu-west-1.amazonaws.com/key',
    'http://127.0.0.1:9999/',
    'https://localhost:4011/',
    'https://localhost:4010/',
    'https://localhost/',
    'https://LOCALHOST:4011/',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[64:ff9b::a00:1]/',
    'https://[fd00::1]/',
    'https://[fe80::1]/',
    'https://169.254.169.254/latest/meta-data/',
    'https://100.64.0.1/',
    'https://user:secret@files.example/',
    'file:///etc/passwd',
    'ftp://files.example/',
    'nonsense',
    '',
  ])('such as %p is refused with upstream_bad_response', (url) => {
    expect(refusal(() => addresses.requireUploadable(url, PUT)).code).toBe('upstream_bad_response')
  })

  test('on another port of a configured host is refused, even if GENESYS_FILE_HOSTS lists that host', () => {
    const { requireUploadable } = createFileAddresses({
      configuredUrls: ['https://gateway.internal:8443', 'https://[fd00::1]:8443'],
      fileHosts: ['*.internal', '[fd00::1]'],
    })
    expect(() => requireUploadable('https://gateway.internal:8443/x', PUT)).not.toThrow()
    for (const url of ['https://gateway.internal/x', 'https://gateway.internal:9/x', 'https://[fd00::1]:9/x'])
      expect(refusal(() => requireUploadable(url, PUT)).facts.hint).toMatch(
        /^No GENESYS_\*_URL has its origin/,
      )
  })

  test.each([
    'authorization',
    'Host',
    'cookie',
    'x-forwarded-for',
    'content-length',
    'x-amz-',
    'x-amz-a\r\nb',
  ])('with the header %p is refused with upstream_bad_response', (name) => {
    const act = (): void => addresses.requireUploadable('https://files.example/', { [name]: 'a' })
    expect(refusal(act).code).toBe('upstream_bad_response')
  })

  test('must have a configured host or one from GENESYS_FILE_HOSTS, if that setting is used', () => {
    const few = createFileAddresses({
      configuredUrls: ['http://127.0.0.1:4010'],
      fileHosts: ['files.example.com', '*.amazonaws.com'],
    })
    for (const host of ['files.example.com', 'a.b.amazonaws.com', 'FILES.example.com'])
      expect(() => few.requireUploadable(`https://${host}/x`, PUT)).not.toThrow()
    expect(() => few.requireUploadable('http://127.0.0.1:4010/x', PUT)).not.toThrow()
    for (const host of [
      'amazonaws.com',
      'xamazonaws.com',
      'x.files.example.com',
      'files.example.com.evil.test',
    ])
      expect(refusal(() => few.requireUploadable(`https://${host}/x`, PUT)).facts.hint).toMatch(/FILE_HOSTS/)
  })
})

describe('a download address', () => {
  test.each(['https://api.mypurecloud.ie/downloads/1', 'http://127.0.0.1:4010/file'])(
    'such as %s is accepted',
    (url) => {
      expect(() => addresses.requireDownloadable(url)).not.toThrow()
    },
  )

  test.each([
    'http://files.example/x',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://a:b@files.example/',
  ])('such as %s is refused with upstream_bad_response', (url) => {
    expect(refusal(() => addresses.requireDownloadable(url)).code).toBe('upstream_bad_response')
  })
})

describe('the check for public addresses', () => {
  test.each([
    ['8.8.8.8', true],
    ['10.1.2.3', false],
    ['172.31.255.255', false],
    ['172.32.0.1', true],
    ['192.168.0.1', false],
    ['198.19.0.1', false],
    ['0.0.0.0', false],
    ['255.255.255.255', false],
    ['2001:4860:4860::8888', true],
    ['2001:db8::1', false],
    ['2002:a00:1::1', false],
    ['::', false],
    ['::ffff:8.8.8.8', false],
    ['not an address', false],
  ])('has this result for %s: %s', (address, isPublic) => {
    expect(isPublicAddress(address)).toBe(isPublic)
  })

  test('is made when connecting, and refuses an unconfigured name that resolves to this machine', async () => {
    nock.restore() // When active, nock replaces the connections.
    const requests: string[] = []
    const server = http.createServer((req, res) => {
      requests.push(req.url ?? '')
      res.end()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const agents = createUpstreamAgents({ lookup: addresses.lookup })
    const files = createUpstreamClient({ name: 'files', timeoutMs: 1000, agents })
    const deadlineAtMs = Date.now() + 3000
    const error = await failure(
      // `localhost.` resolves to loopback, but is not one of the configured hosts.
      files.upload({
        operation: 'upload_file',
        url: `http://localhost.:${port}/x`,
        body: Readable.from(['a']),
        sizeBytes: 1,
        deadlineAtMs,
      }),
    )
    expect(error.code).toBe('upstream_unavailable')
    expect(requests).toEqual([])
    await files.upload({
      operation: 'upload_file',
      url: `http://localhost:${port}/ok`,
      body: Readable.from(['a']),
      sizeBytes: 1,
      deadlineAtMs,
    })
    expect(requests).toEqual(['/ok'])
    agents.close()
    server.close()
  })
})
