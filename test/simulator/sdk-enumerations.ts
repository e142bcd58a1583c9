import { readFileSync } from 'node:fs'

/**
 * For each type of Genesys' Python SDK (`PureCloudPlatformClientV2` 269.0.0): the values that a field may have, or the type of
 * its value or of each of its elements. The types of the JavaScript SDK have `string` in the place of these values.
 */
type Fields = Readonly<Record<string, string | readonly string[]>>
const TYPES = JSON.parse(readFileSync('test/simulator/sdk-enumerations.json', 'utf8')) as Readonly<
  Record<string, Fields>
>

/** @returns a line for each value that its type does not list */
export function enumerationErrors(type: string, body: unknown, path = type): string[] {
  const fields = TYPES[type]
  if (fields === undefined || typeof body !== 'object' || body === null) return []
  if (Array.isArray(body)) return body.flatMap((one) => enumerationErrors(type, one, `${path}[]`))
  return Object.entries(body).flatMap(([name, value]: [string, unknown]) => {
    const field = fields[name]
    if (field === undefined) return []
    if (typeof field === 'string') return enumerationErrors(field, value, `${path}.${name}`)
    const values: unknown[] = Array.isArray(value) ? value : [value]
    return values
      .filter((one) => !field.includes(String(one)))
      .map((one) => `${path}.${name}: ${JSON.stringify(one)} is none of ${field.join(', ')}`)
  })
}
