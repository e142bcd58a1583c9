import type { Config } from '../service/settings/config.ts'

/** Our own texts contain no secrets. If the other side's text contains one, it is removed here. */
export function withoutSecrets(text: string, config: Config | undefined): string {
  const keys = [...(config?.session.keys ?? []), ...(config?.visitorWebhook?.secrets ?? [])]
  const secrets = [config?.genesys.oauth?.clientSecret, config?.challenge?.secret, ...keys.map(base64)]
  return secrets
    .filter((secret) => secret !== undefined && secret.length >= 4)
    .reduce<string>((clean, secret) => clean.replaceAll(String(secret), '[secret]'), text)
}

function base64(key: Uint8Array): string {
  return Buffer.from(key).toString('base64')
}
