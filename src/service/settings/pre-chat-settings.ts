import * as z from 'zod'
import type { PreChatForm } from '../../contract/contract.ts'

const KEY = /^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,127}$/
const DETAILS: readonly string[] = ['name', 'email', 'phone']
const MAX_FIELDS = 10

const text = z.string().min(1).max(200)
const localized = z.union([
  text,
  z
    .record(z.string().regex(/^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$/), text)
    .refine((texts) => Object.keys(texts).length > 0),
])
const field = z.strictObject({
  key: z.string().regex(KEY),
  label: localized,
  hint: localized.optional(),
  required: z.boolean().optional(),
  multiline: z.boolean().optional(),
  choices: z
    .array(z.strictObject({ value: z.string().min(1).max(256), label: localized }))
    .min(2)
    .max(20)
    .optional(),
  askSignedIn: z.boolean().optional(),
})

const form = z.strictObject({
  title: localized.optional(),
  subtitle: localized.optional(),
  fields: z.array(field).min(1).max(MAX_FIELDS),
})

/** The value of `PRE_CHAT_FORM`. An error says where the mistake is, but contains no value. */
export const PreChatFormSetting = z.unknown().transform((value, context) => {
  const parsed = form.safeParse(value)
  if (parsed.success) return parsed.data
  const place = parsed.error.issues[0]?.path.slice(0, 3).map(String).join('.') ?? ''
  context.addIssue({
    code: 'custom',
    message: `must be an object with 1 to ${MAX_FIELDS} fields, each with a key and a label${place && `; see ${place}`}`,
  })
  return z.NEVER
})

interface Attributes {
  readonly open: readonly string[]
  readonly trusted: Readonly<Record<string, string>>
}

/** Whether pages may set this attribute. */
export function isOpenKey(key: string, { open, trusted }: Attributes): boolean {
  const matches = (one: string) => (one.endsWith('*') ? key.startsWith(one.slice(0, -1)) : key === one)
  return KEY.test(key) && !Object.hasOwn(trusted, key) && open.some(matches)
}

/** Mistakes that the schema does not detect. */
export function preChatProblems(preChatForm: PreChatForm | undefined, attributes: Attributes): string[] {
  const { fields = [] } = preChatForm ?? {}
  return fields.flatMap(({ key, required, multiline, choices }, i) => {
    const problems: string[] = []
    if (!DETAILS.includes(key) && !isOpenKey(key, attributes))
      problems.push('has a key that is not name, email, phone or one of ATTRIBUTES_OPEN')
    if (fields.findIndex((other) => other.key === key) !== i)
      problems.push('has the same key as another field')
    if (choices && (required === true || multiline === true))
      problems.push('has choices, so it can be neither required nor multiline')
    return problems.map((problem) => `PRE_CHAT_FORM field ${i + 1} ${problem}`)
  })
}
