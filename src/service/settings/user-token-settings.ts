import type { UserTokenSettings } from '../sessions/user-token.ts'
import { isUnencryptedRemote } from './encryption.ts'
import type { Variables } from './variables.ts'

export function readUserToken(
  env: Variables,
  problems: string[],
  production: boolean,
): UserTokenSettings | undefined {
  const { USER_TOKEN_JWKS_URL: jwksUrl, USER_TOKEN_PUBLIC_KEY: publicKeyPem } = env
  if (jwksUrl === undefined && publicKeyPem === undefined) {
    if (Object.keys(env.ATTRIBUTES_TRUSTED).length > 0) {
      problems.push('USER_TOKEN_JWKS_URL or USER_TOKEN_PUBLIC_KEY is missing: ATTRIBUTES_TRUSTED is set')
    }
    return undefined
  }
  if (jwksUrl !== undefined && publicKeyPem !== undefined) {
    problems.push('USER_TOKEN_JWKS_URL and USER_TOKEN_PUBLIC_KEY are both set: remove one')
  }
  if (production && jwksUrl !== undefined && isUnencryptedRemote(jwksUrl)) {
    problems.push('USER_TOKEN_JWKS_URL must begin with https:// in production')
  }
  if (env.USER_TOKEN_ISSUER === undefined)
    problems.push('USER_TOKEN_ISSUER is missing: set it to the `iss` claim of your tokens')
  if (env.USER_TOKEN_AUDIENCE === undefined)
    problems.push('USER_TOKEN_AUDIENCE is missing: set it to the `aud` claim of your tokens')
  return {
    jwksUrl,
    publicKeyPem: publicKeyPem?.replaceAll('\\n', '\n'),
    issuer: env.USER_TOKEN_ISSUER ?? '',
    audience: env.USER_TOKEN_AUDIENCE ?? '',
    algorithms: env.USER_TOKEN_ALGORITHMS,
  }
}
