/** Colors with sufficient contrast, whatever color the deployment has. */

export type Rgb = readonly [red: number, green: number, blue: number]

const WHITE: Rgb = [255, 255, 255]
const INK: Rgb = [20, 22, 28]
/** The darkest background behind colored text in the light theme, and the lightest in the dark theme. */
const LIGHT_SURFACE: Rgb = [237, 240, 244]
const DARK_SURFACE: Rgb = [42, 46, 56]
/** WCAG 2.2, success criterion 1.4.3. */
const READABLE = 4.5

/** The chat's own custom properties for an accent color. */
export function themeOf(rgb: Rgb): Readonly<Record<string, string>> {
  const onAccent =
    contrast(rgb, WHITE) >= READABLE || contrast(rgb, WHITE) >= contrast(rgb, INK) ? WHITE : INK
  const away = onAccent === WHITE ? INK : WHITE
  const accent = readableOn(onAccent, rgb, away)
  return {
    '--_accent': css(accent),
    // The far end of the gradient has more contrast with the text on it.
    '--_accent-far': css(mix(accent, away, 0.2)),
    '--_on-accent': css(onAccent),
    '--_accent-text-light': css(readableOn(LIGHT_SURFACE, rgb, INK)),
    '--_accent-text-dark': css(readableOn(DARK_SURFACE, rgb, WHITE)),
  }
}

/** Parses `#rgb` and `#rrggbb`, the formats in deployments. */
export function parseHex(text: string): Rgb | undefined {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text.trim())?.[1]
  if (hex === undefined) return undefined
  const long = hex.length === 3 ? hex.replace(/./g, '$&$&') : hex
  return rgbOf([0, 2, 4].map((at) => parseInt(long.slice(at, at + 2), 16)))
}

/** Reads any CSS color, including `oklch()` and color names, by painting it and reading the pixel. */
export function paintedColor(element: Element, property: string): Rgb | undefined {
  if (getComputedStyle(element).getPropertyValue(property).trim() === '') return undefined
  const probe = document.createElement('span')
  probe.style.color = `var(${property})`
  element.shadowRoot?.append(probe)
  const paint = new OffscreenCanvas(1, 1).getContext('2d')
  if (paint) paint.fillStyle = getComputedStyle(probe).color
  probe.remove()
  paint?.fillRect(0, 0, 1, 1)
  const pixel = paint?.getImageData(0, 0, 1, 1).data
  return pixel && rgbOf([...pixel])
}

/** @see {@link https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio} */
export function contrast(a: Rgb, b: Rgb): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((one, other) => one - other) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

/** The color itself if it is readable, or the color mixed with as much of `towards` as necessary. */
function readableOn(surface: Rgb, color: Rgb, towards: Rgb): Rgb {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = mix(color, towards, share)
    if (contrast(mixed, surface) >= READABLE) return mixed
  }
  return towards
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  return rgbOf(from.map((part, i) => part + ((to[i] ?? 0) - part) * share))
}

function luminance(rgb: Rgb): number {
  const [red, green, blue] = rgbOf(
    rgb.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4)),
  )
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function rgbOf([red = 0, green = 0, blue = 0]: readonly number[]): Rgb {
  return [red, green, blue]
}

function css(rgb: Rgb): string {
  return `rgb(${rgb.map(Math.round).join(', ')})`
}
