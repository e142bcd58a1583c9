import type { Check } from '../check.ts'
import { failed, listed, ok, skipped, warning } from '../check.ts'
import { readVerificationKeys } from '../../service/sessions/user-token.ts'

export const sessionKeys: Check = {
  name: 'session keys',
  needs: [],
  run({ config }) {
    const { keys, keysAreEphemeral, keysAreExample } = config.session
    if (keysAreEphemeral) {
      return warning(
        'SESSION_KEYS is not set: guest sessions end with the process, and replicas do not accept each other’s sessions',
        'Set SESSION_KEYS to the same keys on all replicas: `openssl rand -base64 32` generates one.',
      )
    }
    if (keysAreExample) {
      return warning(
        'SESSION_KEYS has the key from .env.example, which is public: anyone can forge guest sessions',
        'Generate one with `openssl rand -base64 32`. In production, the service does not start with the example key.',
      )
    }
    return ok(keys.length === 1 ? 'one key' : `${keys.length} keys: the first seals, all open`)
  },
}

export const visitorKeys: Check = {
  name: 'visitor-token keys',
  needs: [],
  async run({ config: { userToken } }) {
    if (!userToken) return skipped('not configured: all visitors are anonymous')
    const { problem, usable } = await readVerificationKeys(userToken)
    const setting = userToken.jwksUrl === undefined ? 'USER_TOKEN_PUBLIC_KEY' : 'USER_TOKEN_JWKS_URL'
    if (problem !== undefined) {
      const isUnreachable = problem.startsWith('no connection')
      return failed(`${setting}: ${problem}`, `Check ${isUnreachable ? 'host and port in ' : ''}${setting}.`)
    }
    if (usable.length === 0) {
      return failed(
        `${setting} has no key for ${listed(userToken.algorithms)}`,
        `Check ${setting}, or set USER_TOKEN_ALGORITHMS to the algorithms that sign your tokens.`,
      )
    }
    return ok(`${setting} has keys for ${listed(usable)}`)
  },
}
