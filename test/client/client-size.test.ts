import { gzipSync } from 'node:zlib'
import { build, stop } from 'esbuild'
import { afterAll, expect, test } from '@jest/globals'

afterAll(stop)

async function bundleOf(entry: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  })
  return outputFiles[0]!.contents
}

test('the client is smaller than 6.3 KB as it goes over the line', async () => {
  const bundle = await bundleOf('src/browser/chat-client.ts')
  expect(gzipSync(bundle, { level: 9 }).length).toBeLessThan(6450)
})

test('the client has no dependency left to load', async () => {
  const source = new TextDecoder().decode(await bundleOf('src/browser/chat-client.ts'))
  expect(source).not.toMatch(/\bimport\s*(\(|["'{*])/)
  expect(source).toMatch(/createGuestChat/)
})
