import type { IncomingHttpHeaders } from 'node:http'
import type { VisitorWebhookSettings } from '../../settings/visitor-webhook-settings.ts'

/** A header to forward, with a lower-case name. */
export interface Credential {
  readonly header: string
  readonly value: string
}

/**
 * The part of a page's request that identifies the visitor; undefined if there is none. If several cookies have
 * the same name, all of them are forwarded unchanged: the site's backend decides which one counts, as it does for its
 * own pages.
 */
export function credentialOf(
  headers: IncomingHttpHeaders,
  { kind, name }: VisitorWebhookSettings['credential'],
): Credential | undefined {
  const header = kind === 'cookie' ? 'cookie' : name
  const given = String(headers[header] ?? '')
  const value = kind === 'cookie' ? cookiesOf(given, name) : given
  return value === '' ? undefined : { header, value }
}

function cookiesOf(header: string, name: string): string {
  return header
    .split(';')
    .map((pair) => pair.replace(/^[ \t]+/, ''))
    .filter((pair) => pair.startsWith(`${name}=`) && pair.length > name.length + 1)
    .join('; ')
}
