/**
 * Converts an id from another system to one path segment, which cannot change the rest of the path or the host.
 * Undefined for an invalid id: one that is empty, longer than 200 characters, `.` or `..`, or contains a control
 * character or a lone surrogate.
 */
export function pathSegment(id: string): string | undefined {
  if (/^[\w-]{1,200}$/.test(id)) return id // almost always the case
  if (id === '' || id.length > 200 || id === '.' || id === '..') return undefined
  if (/[\p{Control}\p{Surrogate}]/u.test(id)) return undefined
  return encodeURIComponent(id)
}
