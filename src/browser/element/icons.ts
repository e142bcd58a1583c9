import { drawIcon } from './draw-icon.ts'

/** Outlines on a 24 by 24 grid, drawn in the color of the text around them. */
const PATHS = {
  chat: 'M21 11.5a8.4 8.4 0 0 1-8.5 8.3 8.7 8.7 0 0 1-3.8-.9L3.5 20.5l1.6-4.9A8.1 8.1 0 0 1 4 11.5 8.4 8.4 0 0 1 12.5 3.2 8.4 8.4 0 0 1 21 11.5Z',
  close: 'M6 6l12 12M18 6 6 18',
  minimize: 'M6 9.5l6 6 6-6',
  end: 'M14 4H6.5A1.5 1.5 0 0 0 5 5.5v13A1.5 1.5 0 0 0 6.5 20H14M10 12h10M16.5 8.5 20 12l-3.5 3.5',
  send: 'M12 19.5V5M5.5 11.5 12 5l6.5 6.5',
  attach:
    'm20.5 11.2-8.6 8.6a5.6 5.6 0 0 1-7.9-7.9l8.6-8.6a3.7 3.7 0 1 1 5.3 5.3l-8.6 8.6a1.9 1.9 0 0 1-2.7-2.7l8-7.9',
  file: 'M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8l-5-5Zm0 0v5h5',
  down: 'M12 5v14M5.5 12.5 12 19l6.5-6.5',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  clock: 'M12 7v5.2l3.2 1.8M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  alert: 'M12 8v5M12 16.4v.1M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  bot: 'M12 4v4M8.5 13.5v1M15.5 13.5v1M6.5 8h11A2.5 2.5 0 0 1 20 10.5v6a2.5 2.5 0 0 1-2.5 2.5h-11A2.5 2.5 0 0 1 4 16.5v-6A2.5 2.5 0 0 1 6.5 8Z',
} as const

export function icon(name: keyof typeof PATHS): SVGSVGElement {
  return drawIcon(name, PATHS[name])
}
