import type { Config } from '../service/settings/config.ts'

/**
 * Genesys' secrets have 43 characters. A placeholder such as `secret` also occurs in the doctor's own sentences, where
 * hiding it would reveal it.
 */
const ORDINARY_WORD = /^[a-z]{1,15}$/i
const MIN_SECRET_CHARS = 4

/** Removes the secrets that a text from another host repeats. The doctor's own texts contain none. */
export function withoutSecrets(text: string, config: Config | undefined): string {
  const { session, visitorWebhook, survey } = config ?? {}
  const keys = [session?.keys, visitorWebhook?.secrets, survey?.secrets].flatMap((each) => each ?? [])
  const secrets = [config?.genesys.oauth?.clientSecret, config?.challenge?.secret, ...keys.map(base64)]
  return secrets
    .filter((secret) => secret !== undefined && secret.length >= MIN_SECRET_CHARS)
    .filter((secret) => !ORDINARY_WORD.test(String(secret)))
    .reduce<string>((clean, secret) => clean.replaceAll(String(secret), '[secret]'), text)
}

function base64(key: Uint8Array): string {
  return Buffer.from(key).toString('base64')
}
