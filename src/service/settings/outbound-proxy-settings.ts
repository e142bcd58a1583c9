import { parseUrl } from '../urls/parse-url.ts'

const NAMES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()])

/**
 * The mistakes in the environment's outbound proxy variables. A proxy without a scheme would be treated as an `https` proxy,
 * and most connections would fail.
 */
export function proxyProblems(given: Readonly<Record<string, string | undefined>>): string[] {
  return NAMES.filter((name) => {
    const value = given[name]?.trim() ?? ''
    return value !== '' && (!value.includes('://') || parseUrl(value) === undefined)
  }).map((name) => `${name} must begin with http:// or https://, such as http://proxy.example.com:3128`)
}
