// What a page has to load stays small; the bounds are for the compressed files.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const MAX_BYTES = { 'client.js': 6000, 'guest-chat.js': 24_000 }

for (const [file, maxBytes] of Object.entries(MAX_BYTES)) {
  const bytes = gzipSync(readFileSync(`dist/browser/${file}`)).length
  process.stdout.write(`${file}: ${bytes} of at most ${maxBytes} bytes\n`)
  if (bytes > maxBytes) process.exitCode = 1
}
