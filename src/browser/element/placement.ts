/** Places the chat in a corner of the page. */

export interface Placement {
  readonly isRightToLeft: boolean
  /** `start` and `end` follow the direction of the chat's language. */
  readonly side: string
  /** Distances from the bottom and from the side. */
  readonly offset: readonly [bottom: string, side: string] | undefined
}

/** Rules that override the style sheet, which places the chat in the lower right corner. */
export function placementStyles({ isRightToLeft, side, offset }: Placement): string {
  const isLeft = side === 'left' || (side === 'end' && isRightToLeft) || (side === 'start' && !isRightToLeft)
  const [near, far] = isLeft ? ['left', 'right'] : ['right', 'left']
  return `
    :host { direction: ${isRightToLeft ? 'rtl' : 'ltr'}; }
    ${offset ? `:host { --_bottom: ${offset[0]}; --_side: ${offset[1]}; }` : ''}
    :host(:not([placement='inline'])) {
      ${near}: max(var(--_side), env(safe-area-inset-${near})); ${far}: auto;
    }
    .launcher { margin-${near}: 0; margin-${far}: auto; }
    .panel { ${near}: 0; ${far}: auto; transform-origin: bottom ${near}; }`
}
