import type { AltchaChallenge } from '../../../contract/contract.ts'

/**
 * The number of digests that are computed concurrently: enough to keep the processor busy, but few enough for the page
 * to stay responsive.
 */
const BATCH = 500

/**
 * Solves a proof of work by trying all candidate numbers. The browser computes the digests outside the page's main
 * thread.
 * @throws if the page is not in a secure context, or if no number is a solution
 */
export async function solveAltcha(given: AltchaChallenge): Promise<string> {
  const { algorithm, challenge, salt, signature, maxnumber } = given
  const encoder = new TextEncoder()
  for (let first = 0; first <= maxnumber; first += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, maxnumber - first + 1) }, (_, i) => first + i)
    const digests = await Promise.all(
      numbers.map((number) => crypto.subtle.digest(algorithm, encoder.encode(salt + String(number)))),
    )
    const number = first + digests.findIndex((digest) => hex(digest) === challenge)
    if (number >= first) return btoa(JSON.stringify({ algorithm, challenge, salt, signature, number }))
  }
  throw new Error('The challenge has no solution.')
}

function hex(digest: ArrayBuffer): string {
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
