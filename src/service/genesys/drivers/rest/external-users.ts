import * as z from 'zod'
import { UpstreamError } from '../../../errors/upstream-error.ts'
import type { GuestApi } from '../../guest-api.ts'
import { writeGuestAttributes } from './guest-attributes-operation.ts'
import { createMessageCenterDeployment } from './messagecenter-deployment.ts'
import { CREATE_EXTERNAL_USER, explainWith } from './refusal-hints.ts'
import { fieldOf, opened, PathId, type RestGuestOptions } from './rest-driver-parts.ts'

export interface ExternalUsersOptions extends RestGuestOptions {
  readonly organizationId: string
}

const CreatedUser = z.object({
  externalUserToken: z.string().min(1).max(8192),
  guestId: PathId.optional(),
})
const explainCreate = explainWith(CREATE_EXTERNAL_USER)

const SIGNED_IN_ONLY =
  'external-users is for signed-in visitors: send userToken, and set USER_TOKEN_JWKS_URL, USER_TOKEN_ISSUER and ' +
  'USER_TOKEN_AUDIENCE, or choose another GENESYS_GUEST_API.'

/**
 * Signed-in visitors over REST: with its OAuth token, the service creates a token for one of the website's own
 * users. The page passes that token to Genesys' SDK, which then communicates with Genesys directly. The operation
 * is not part of the published platform; the driver is for teams whose gateway offers it.
 */
export function createExternalUsers(options: ExternalUsersOptions): GuestApi {
  const { apiUrl, client, accessToken, organizationId } = options
  const deployment = createMessageCenterDeployment(options)

  return {
    name: 'external-users',
    capabilities: new Set(['attributes'] as const),

    async open({ userId, name, attributes }, deadlineAtMs) {
      if (userId === undefined) {
        throw new UpstreamError(
          'user_token_invalid',
          'This service is for signed-in visitors: send their userToken.',
          {
            hint: SIGNED_IN_ONLY,
          },
        )
      }
      await deployment.requireActive(deadlineAtMs)
      const create = (authorization: string) =>
        client.request({
          operation: 'create_external_user',
          method: 'POST',
          url: `${apiUrl}/api/v2/external/users/messaging`,
          headers: { authorization },
          body: {
            orgId: organizationId,
            userId,
            attributes: { ...(name !== undefined && { name }), ...attributes },
          },
          schema: CreatedUser,
          deadlineAtMs,
          retry: 'creation',
          explain: explainCreate,
        })
      const { externalUserToken, guestId } = await accessToken.authorize(create, deadlineAtMs)
      const ref = { externalUserToken, ...(guestId !== undefined && { guestId }) }
      return { ...opened(ref, 'new', true), externalUserToken }
    },

    async resume(guest) {
      const externalUserToken = await Promise.resolve(fieldOf(guest, 'externalUserToken'))
      return { ...opened(guest.ref, 'resumed', true), externalUserToken }
    },

    deployment: (deadlineAtMs) => deployment.info(deadlineAtMs),
    get deploymentError() {
      return deployment.error
    },

    async setAttributes(guest, attributes, deadlineAtMs) {
      const { guestId } = guest.ref
      if (guestId === undefined) {
        throw new UpstreamError('upstream_refused', 'The attributes of this user can no longer be changed.', {
          hint: 'Genesys sent no guestId when the user was created, and without it, attributes cannot be written.',
        })
      }
      await writeGuestAttributes(options, guestId, attributes, deadlineAtMs)
      return true
    },

    close: () => Promise.resolve(),
  }
}
