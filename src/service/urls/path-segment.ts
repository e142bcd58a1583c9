/**
 * One segment of a path, from an id that somebody else chose. It can change neither the path around it
 * nor the host. Undefined for what is no sane id: empty, over 200 characters, `.` or `..`, with control
 * characters or half a surrogate pair.
 */
export function pathSegment(id: string): string | undefined {
  if (/^[\w-]{1,200}$/.test(id)) return id // as almost all are
  if (id === '' || id.length > 200 || id === '.' || id === '..') return undefined
  if (/[\p{Control}\p{Surrogate}]/u.test(id)) return undefined
  return encodeURIComponent(id)
}
