import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import pixelmatch from 'pixelmatch'
import UPNG from 'upng-js'

/** The expected pictures. */
const expectedFolder = fileURLToPath(new URL('expected/', import.meta.url))
/** The pictures that differ, and the page with all pictures. */
const outputFolder = fileURLToPath(new URL('../../../test-output/pictures/', import.meta.url))
/**
 * The maximum number of pixels that may differ. `pixelmatch` mostly ignores the edges of letters, which two versions of
 * Chromium draw differently. An icon that is not mirrored changes about 60 pixels; bubbles that move by two pixels change
 * more than a thousand.
 */
const MAX_DIFFERENT_PIXELS = 40
const THRESHOLD = 0.12
/** Few colors keep the committed files small; they are close enough to the original colors for the threshold. */
const COLORS = 128

export interface Comparison {
  readonly isSame: boolean
  /** A description of what differs. */
  readonly difference: string
}

export function startComparing(): void {
  rmSync(outputFolder, { recursive: true, force: true })
  mkdirSync(outputFolder, { recursive: true })
  mkdirSync(expectedFolder, { recursive: true })
}

export function compare(name: string, taken: Buffer): Comparison {
  const path = `${expectedFolder}${name}.png`
  if (!existsSync(path)) return { isSame: false, difference: 'there is no such picture yet' }
  const expected = decode(readFileSync(path))
  const actual = decode(taken)
  const { width, height } = expected
  if (actual.width !== width || actual.height !== height)
    return { isSame: false, difference: `${actual.width}x${actual.height} in place of ${width}x${height}` }
  const difference = new Uint8Array(width * height * 4)
  const options = { threshold: THRESHOLD }
  const count = pixelmatch(expected.data, actual.data, difference, width, height, options)
  const isSame = count <= MAX_DIFFERENT_PIXELS
  if (!isSame) {
    writeFileSync(`${outputFolder}${name}.actual.png`, taken)
    writeFileSync(`${outputFolder}${name}.difference.png`, encode(difference, width, height))
  }
  return { isSame, difference: `${count} pixels differ, but at most ${MAX_DIFFERENT_PIXELS} may` }
}

/** The names of the committed pictures. */
export function keptNames(): string[] {
  return readdirSync(expectedFolder).map((file) => file.replace(/\.png$/, ''))
}

/** Stores a picture as the expected one. */
export function keep(name: string, taken: Buffer): void {
  const { data, width, height } = decode(taken)
  writeFileSync(`${expectedFolder}${name}.png`, encode(data, width, height))
}

function decode(file: Buffer) {
  const image = UPNG.decode(new Uint8Array(file).buffer)
  return { data: new Uint8Array(UPNG.toRGBA8(image)[0]!), width: image.width, height: image.height }
}

function encode(data: Uint8Array<ArrayBuffer>, width: number, height: number): Buffer {
  return Buffer.from(UPNG.encode([data.buffer], width, height, COLORS))
}
