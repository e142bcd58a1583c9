import { drawIcon } from '../draw-icon.ts'

/** The icons of cards, places and pickers. They are loaded separately from the chat's own icons. */
const PATHS = {
  place:
    'M12 21s7-6.2 7-11.5a7 7 0 1 0-14 0C5 14.8 12 21 12 21ZM14.5 9.5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0Z',
  left: 'm14.5 5.5-6.5 6.5 6.5 6.5',
  right: 'm9.5 5.5 6.5 6.5-6.5 6.5',
  check: 'm5 12.5 4.5 4.5L19 7.5',
} as const

export function icon(name: keyof typeof PATHS): SVGSVGElement {
  return drawIcon(name, PATHS[name])
}
