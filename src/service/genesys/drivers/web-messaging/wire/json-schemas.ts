import * as z from 'zod'

/**
 * Genesys may change any field at any time: a field that is missing, null or of the wrong type counts
 * as missing.
 */
export const maybe = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined)

/**
 * An address that a page may use in a link; `javascript:` and similar schemes are rejected. People paste addresses with
 * spaces around them.
 */
export const Address = z
  .string()
  .trim()
  .regex(/^(https?|mailto|tel):/i)
export const Picture = z
  .string()
  .trim()
  .regex(/^https?:/i)

/**
 * Limits the time that a frame of the maximum size takes. Far above what Genesys sends: for instance, its Resource
 * Center limits a carousel to 10 cards.
 */
export const MAX_ENTRIES = 1_000

/** Invalid elements are omitted, and so are those after the first {@link MAX_ENTRIES}; the others are kept. */
export const listOf = <T extends z.ZodType>(schema: T) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((entries) => entries.slice(0, MAX_ENTRIES).flatMap((entry) => readable(schema, entry)))

export function readable<T extends z.ZodType>(schema: T, value: unknown): z.infer<T>[] {
  const parsed = schema.safeParse(value)
  return parsed.success ? [parsed.data] : []
}

/** Removes keys whose value is undefined: an optional field must be absent instead. */
export function defined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}
