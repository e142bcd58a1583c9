import { readFileSync } from 'node:fs'

/** The code of a file system error, such as `ENOENT`, `EACCES` or `EISDIR`. */
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

/** Returns a function that reads a secret from its file, and returns the previous value while the file cannot be read. */
export function secretFromFile(path: string, initial: string): () => string {
  let latest = initial
  return () => {
    try {
      latest = readFileSync(path, 'utf8').trim() || latest
    } catch {
      // A file can be missing briefly while it is being replaced.
    }
    return latest
  }
}

/** Reads each secret `NAME` from the file that `NAME_FILE` names, because container platforms mount secrets as files. */
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
