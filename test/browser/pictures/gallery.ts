import { existsSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Picture } from './camera.ts'

const output = fileURLToPath(new URL('../../../test-output/pictures/', import.meta.url))
const EXPECTED = '../../test/browser/pictures/expected/'

/** Writes a page with all pictures. Next to each one that has changed, it shows the current picture and the difference. */
export function writeGallery(pictures: readonly Picture[]): void {
  const states = [...new Set(pictures.map(({ state }) => state))]
  const sections = states.map((state) => {
    const figures = pictures.filter((picture) => picture.state === state).map(figure)
    return `<section><h2>${escape(state)}</h2><div>${figures.join('')}</div></section>`
  })
  writeFileSync(`${output}index.html`, `${HEAD}${sections.join('\n')}`)
}

function figure({ name, look: { device, scheme, language } }: Picture): string {
  const changed = ['actual', 'difference']
    .filter((kind) => existsSync(`${output}${name}.${kind}.png`))
    .map((kind) => image(`${name}.${kind}.png`, kind))
  const caption = `<figcaption>${device}, ${scheme}, ${language}</figcaption>`
  return `<figure${changed.length > 0 ? ' class="changed"' : ''}>${image(`${EXPECTED}${name}.png`, 'expected')}${changed.join('')}${caption}</figure>`
}

function image(src: string, alt: string): string {
  return `<img loading="lazy" src="${src}" alt="${alt}" title="${alt}">`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

const HEAD = `<!doctype html><html lang="en"><meta charset="utf-8"><title>The chat in pictures</title>
<style>body { font: 14px/1.4 system-ui, sans-serif; margin: 24px; background: #e8e8ea; color: #222 }
section > div { display: flex; flex-wrap: wrap; gap: 20px; align-items: flex-start }
figure { margin: 0; max-width: 100% } img { display: inline-block; max-width: 100%; border: 1px solid #bbb; margin-inline-end: 8px }
.changed { outline: 4px solid #c62828; outline-offset: 4px }</style>
<h1>The chat in pictures</h1>
`
