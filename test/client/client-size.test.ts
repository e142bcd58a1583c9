import { gzipSync } from 'node:zlib'
import { build, stop } from 'esbuild'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

let bundle: Uint8Array

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: ['src/browser/client/chat-client.ts'],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  })
  bundle = outputFiles[0]!.contents
})
afterAll(stop)

test('the compressed client is smaller than 7.15 KB', () => {
  expect(gzipSync(bundle, { level: 9 }).length).toBeLessThan(7150)
})

test('the client loads no other module', () => {
  const source = new TextDecoder().decode(bundle)
  expect(source).not.toMatch(/\bimport\s*(\(|["'{*])/)
  expect(source).toMatch(/createGuestChat/)
})
