// Prints shell commands that set a public key in the service's settings, and a user token signed with the private key:
// `node scripts/sample-user-token.mjs user-12345 "membership_level=Gold"`. Only for tests: in production, your own
// sign-in issues the tokens and keeps the private key.

import { generateKeyPairSync } from 'node:crypto'
import { SignJWT } from 'jose'

const ISSUER = 'https://www.example.com'
const AUDIENCE = 'guest-chat'

const [subject = 'user-12345', ...claims] = process.argv.slice(2)
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const token = await new SignJWT(Object.fromEntries(claims.map((claim) => claim.split('=', 2))))
  .setProtectedHeader({ alg: 'ES256' })
  .setSubject(subject)
  .setIssuer(ISSUER)
  .setAudience(AUDIENCE)
  .setIssuedAt()
  .setExpirationTime('1h')
  .sign(privateKey)

const settings = {
  USER_TOKEN_PUBLIC_KEY: publicKey.export({ type: 'spki', format: 'pem' }).trim().replaceAll('\n', '\\n'),
  USER_TOKEN_ISSUER: ISSUER,
  USER_TOKEN_AUDIENCE: AUDIENCE,
  USER_TOKEN_ALGORITHMS: 'ES256',
  USER_TOKEN: token,
}
for (const [name, value] of Object.entries(settings)) process.stdout.write(`export ${name}='${value}'\n`)
