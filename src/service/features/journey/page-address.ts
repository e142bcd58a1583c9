import { unescape } from 'node:querystring'
import { parseUrl } from '../../urls/parse-url.ts'

export type RedactText = (text: string) => string

/**
 * A query can identify a person or give access to a session. Only campaign parameters are kept: they show where
 * visitors came from.
 */
const CAMPAIGN = /^utm_[a-z]{1,20}$/

/** The parts of a page's address that Genesys may see: host, path and campaign. */
export function pageAddress(text: string, redact: RedactText): string | undefined {
  const url = parseUrl(text)
  if (!url || !/^https?:$/.test(url.protocol)) return undefined
  const path = url.pathname
    .split('/')
    .map((part) => {
      // Unlike decodeURIComponent, it also decodes a part that is not valid UTF-8.
      const plain = unescape(part)
      const masked = redact(plain)
      // A part in which nothing is masked stays unchanged, because the administrator's conditions may refer to it.
      return masked === plain ? part : encodeURIComponent(masked)
    })
    .join('/')
  const campaign = [...url.searchParams]
    .filter(([name]) => CAMPAIGN.test(name))
    .map(([name, value]) => `${name}=${encodeURIComponent(redact(value))}`)
  return `${url.origin}${path}${campaign.length > 0 ? `?${campaign.join('&')}` : ''}`
}
