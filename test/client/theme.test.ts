import fc from 'fast-check'
import { expect, test } from '@jest/globals'
import { contrast, parseHex, themeOf, type Rgb } from '../../src/browser/element/theme.ts'

const part = fc.integer({ min: 0, max: 255 })
const anyColor = fc.tuple(part, part, part)

function rgb(css: string | undefined): Rgb {
  const [red = 0, green = 0, blue = 0] = (css?.match(/\d+/g) ?? []).map(Number)
  return [red, green, blue]
}

test('text on the accent color and on its gradient is readable, whatever color a deployment sets', () => {
  fc.assert(
    fc.property(anyColor, (accent) => {
      const theme = themeOf(accent)
      const text = rgb(theme['--_on-accent'])
      expect(contrast(rgb(theme['--_accent']), text)).toBeGreaterThan(4.45)
      expect(contrast(rgb(theme['--_accent-far']), text)).toBeGreaterThan(4.45)
    }),
  )
})

test('text in the accent color is readable on light and dark surfaces', () => {
  fc.assert(
    fc.property(anyColor, (accent) => {
      const theme = themeOf(accent)
      expect(contrast(rgb(theme['--_accent-text-light']), [240, 242, 246])).toBeGreaterThan(4.45)
      expect(contrast(rgb(theme['--_accent-text-dark']), [40, 44, 54])).toBeGreaterThan(4.45)
    }),
  )
})

test('a readable color stays unchanged', () => {
  expect(themeOf([31, 95, 214])).toMatchObject({
    '--_accent': 'rgb(31, 95, 214)',
    '--_accent-text-light': 'rgb(31, 95, 214)',
    '--_on-accent': 'rgb(255, 255, 255)',
  })
})

test('contrast is computed as WCAG defines it', () => {
  expect(contrast([255, 255, 255], [0, 0, 0])).toBeCloseTo(21)
  expect(contrast([119, 119, 119], [255, 255, 255])).toBeCloseTo(4.48, 2)
})

test.each([
  ['#2a60c8', [42, 96, 200]],
  ['#FFF', [255, 255, 255]],
  ['red', undefined],
  ['', undefined],
])('the color %j is parsed as %j', (text, expected) => {
  expect(parseHex(text)).toEqual(expected)
})
