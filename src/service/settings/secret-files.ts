import { readFileSync } from 'node:fs'

/** `ENOENT`, `EACCES`, `EISDIR`. */
export const errorCode = (error: unknown) => (error as NodeJS.ErrnoException).code ?? 'unknown error'

export const SECRETS = [
  'GENESYS_CLIENT_SECRET',
  'SESSION_KEYS',
  'USER_TOKEN_PUBLIC_KEY',
  'VISITOR_WEBHOOK_SECRET',
  'CHALLENGE_SECRET',
  'SURVEY_WEBHOOK_SECRET',
  'REDIS_URL',
]

/** A secret whose file may change: its current value, or the last one while the file cannot be read. */
export function secretFromFile(path: string, initial: string): () => string {
  let latest = initial
  return () => {
    try {
      latest = readFileSync(path, 'utf8').trim() || latest
    } catch {
      // A file is briefly missing while it is replaced.
    }
    return latest
  }
}

/** Each secret can come from the file in `NAME_FILE`, as container platforms mount them. */
export function withSecretFiles(variables: Readonly<Record<string, string | undefined>>, problems: string[]) {
  const merged = { ...variables }
  for (const name of SECRETS) {
    const path = variables[`${name}_FILE`]
    if (!path) continue
    if (variables[name]) problems.push(`${name} and ${name}_FILE are both set: remove one`)
    try {
      merged[name] = readFileSync(path, 'utf8').trim()
    } catch (error) {
      problems.push(`${name}_FILE names a file that cannot be read (${errorCode(error)})`)
    }
  }
  return merged
}
