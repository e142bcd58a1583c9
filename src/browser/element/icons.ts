const SVG = 'http://www.w3.org/2000/svg'

/** Outlines on a 24 by 24 grid, drawn with the colour of the text around them. */
const PATHS = {
  chat: 'M21 11.5a8.4 8.4 0 0 1-8.5 8.3 8.7 8.7 0 0 1-3.8-.9L3.5 20.5l1.6-4.9A8.1 8.1 0 0 1 4 11.5 8.4 8.4 0 0 1 12.5 3.2 8.4 8.4 0 0 1 21 11.5Z',
  close: 'M6 6l12 12M18 6 6 18',
  minimise: 'M6 9.5l6 6 6-6',
  end: 'M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0ZM9 9l6 6M15 9l-6 6',
  place:
    'M12 21s7-6.2 7-11.5a7 7 0 1 0-14 0C5 14.8 12 21 12 21ZM14.5 9.5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0Z',
  send: 'M12 19.5V5M5.5 11.5 12 5l6.5 6.5',
  attach:
    'm20.5 11.2-8.6 8.6a5.6 5.6 0 0 1-7.9-7.9l8.6-8.6a3.7 3.7 0 1 1 5.3 5.3l-8.6 8.6a1.9 1.9 0 0 1-2.7-2.7l8-7.9',
  file: 'M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8l-5-5Zm0 0v5h5',
  down: 'M12 5v14M5.5 12.5 12 19l6.5-6.5',
  left: 'm14.5 5.5-6.5 6.5 6.5 6.5',
  right: 'm9.5 5.5 6.5 6.5-6.5 6.5',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  clock: 'M12 7v5.2l3.2 1.8M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  alert: 'M12 8v5M12 16.4v.1M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  bot: 'M12 4v4M8.5 13.5v1M15.5 13.5v1M6.5 8h11A2.5 2.5 0 0 1 20 10.5v6a2.5 2.5 0 0 1-2.5 2.5h-11A2.5 2.5 0 0 1 4 16.5v-6A2.5 2.5 0 0 1 6.5 8Z',
} as const

export type IconName = keyof typeof PATHS

/** A picture that says nothing to screen readers: what it means stands beside it, or in a label. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('class', `icon icon-${name}`)
  svg.setAttribute('aria-hidden', 'true')
  svg.setAttribute('focusable', 'false')
  const path = document.createElementNS(SVG, 'path')
  path.setAttribute('d', PATHS[name])
  svg.append(path)
  return svg
}
