/**
 * The type at each path of a JSON value. All elements of a list share one path, because lists can have any
 * length.
 */
export type Shape = ReadonlyMap<string, string>

export interface ShapeOptions {
  /** Whether to classify text as one of a few public forms, such as `uuid`. Default: every text is a `string`. */
  readonly textForms?: boolean
}

export function shapeOf(
  value: unknown,
  path = 'body',
  shape = new Map<string, string>(),
  options: ShapeOptions = {},
): Map<string, string> {
  const type = typeOf(value, options)
  const known = shape.get(path)
  shape.set(
    path,
    known === undefined || known.split('|').includes(type) ? (known ?? type) : `${known}|${type}`,
  )
  if (Array.isArray(value)) for (const element of value) shapeOf(element, `${path}[]`, shape, options)
  else if (typeof value === 'object' && value !== null) {
    for (const [key, field] of Object.entries(value)) shapeOf(field, `${path}.${key}`, shape, options)
  }
  return shape
}

function typeOf(value: unknown, { textForms = false }: ShapeOptions): string {
  if (value === null) return 'null'
  if (value === undefined) return 'empty'
  if (typeof value === 'string' && textForms) return formOf(value)
  return Array.isArray(value) ? 'list' : typeof value
}

const FORMS = [
  ['uuid', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i],
  ['hex', /^[0-9a-f]{30,64}$/i],
  ['date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d/],
  ['url', /^(https?|wss?):\/\//],
  ['digits', /^\d+$/],
  ['empty text', /^$/],
] as const

function formOf(text: string): string {
  const form = FORMS.find(([, pattern]) => pattern.test(text))?.[0]
  return form === undefined ? 'string' : `string (${form})`
}
