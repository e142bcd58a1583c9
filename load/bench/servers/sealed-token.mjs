// The session token of the two peers that do the same work: sealed with AES-256-GCM as the documentation of node:crypto
// shows.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const KEY = Buffer.alloc(32, 'benchmark')
const IV_BYTES = 12
const TAG_BYTES = 16

export function sealToken(claims) {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', KEY, iv)
  const sealed = Buffer.concat([cipher.update(JSON.stringify(claims), 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')
}

/** @returns the claims of the bearer token, or undefined if it is missing, altered or expired */
export function openBearerToken(authorization = '') {
  const bytes = Buffer.from(authorization.replace(/^Bearer /, ''), 'base64url')
  if (bytes.length <= IV_BYTES + TAG_BYTES) return undefined
  const decipher = createDecipheriv('aes-256-gcm', KEY, bytes.subarray(0, IV_BYTES))
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
  try {
    const sealed = bytes.subarray(IV_BYTES + TAG_BYTES)
    const claims = JSON.parse(decipher.update(sealed, undefined, 'utf8') + decipher.final('utf8'))
    return claims.expiresAt > Date.now() ? claims : undefined
  } catch {
    return undefined
  }
}
