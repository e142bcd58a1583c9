/**
 * The start of a list from JSON: the entries that, together with the entries of all lists inside them, are at most
 * `maxEntries`. An entry is kept whole or left out.
 */
export function firstEntries(list: readonly unknown[], maxEntries: number): readonly unknown[] {
  let left = maxEntries
  const end = list.findIndex((entry) => {
    left -= 1
    left -= entriesInside(entry, left)
    return left < 0
  })
  return end === -1 ? list : list.slice(0, end)
}

/** Stops counting soon after `enough`. Not recursive, because JSON can be nested more deeply than the call stack. */
function entriesInside(value: unknown, enough: number): number {
  let entries = 0
  const unvisited = [value]
  while (unvisited.length > 0 && entries <= enough) {
    const next = unvisited.pop()
    if (typeof next !== 'object' || next === null) continue
    if (Array.isArray(next)) entries += next.length
    if (entries <= enough) for (const inner of Object.values(next)) unvisited.push(inner)
  }
  return entries
}
