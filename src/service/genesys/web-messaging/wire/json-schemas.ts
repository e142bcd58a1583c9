import * as z from 'zod'

/** Genesys adds and changes at any time: what is missing, null or of another type counts as missing. */
export const maybe = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined)

/** An address that a page may put in a link; `javascript:` and the like are left out. */
export const Address = z.string().regex(/^(https?|mailto|tel):/i)
export const Picture = z.string().regex(/^https?:/i)

/** Elements that cannot be read are left out, the others stay. */
export const listOf = <T extends z.ZodType>(schema: T) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((entries) => entries.flatMap((entry) => readable(schema, entry)))

export function readable<T extends z.ZodType>(schema: T, value: unknown): z.infer<T>[] {
  const parsed = schema.safeParse(value)
  return parsed.success ? [parsed.data] : []
}

/** Without the keys whose value is undefined, which optional fields must not have. */
export function defined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}
