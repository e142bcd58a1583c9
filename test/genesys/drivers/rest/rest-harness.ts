import type { GuestApi } from '../../../../src/service/genesys/guest-api.ts'
import type { RestGuestOptions } from '../../../../src/service/genesys/drivers/rest/rest-driver-parts.ts'
import type { Harness } from '../../guest-api.contract.ts'
import { RestGenesys, type RestDialect } from './rest-genesys.ts'

/** The harness that the contract needs, for a driver and its mocked REST API. */
export function startRestHarness(
  dialect: RestDialect,
  createDriver: (options: RestGuestOptions) => GuestApi,
): Harness {
  const genesys = new RestGenesys(dialect)
  const options = genesys.options()
  return {
    guestApi: createDriver(options),
    secrets: genesys.secrets,
    texts: () => genesys.of('send').map(({ body }) => String(body['text'])),
    attributes: () => {
      const written = [...genesys.of('open').slice(-1), ...genesys.of('attributes')]
      return Object.assign({}, ...written.map(({ body }) => body['attributes'])) as Record<string, unknown>
    },
    deactivate: () => (genesys.deploymentStatus = 'inactive'),
    refuseNext: (operation, status, retryAfter) => {
      const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter }
      genesys.bendNext(operation, {
        status,
        headers,
        body: { code: 'not.authorized', message: 'guest-token' },
      })
    },
    stallNext: (operation) => genesys.bendNext(operation, 'stall'),
    garbleNext: (operation) => genesys.bendNext(operation, { status: 201, body: '<html>guest-token</html>' }),
    expireAccessToken: () => genesys.expireAccessToken(),
    stop: () => options.client.close(),
  }
}

export const ALL_BENDS = ['deactivate', 'refuseNext', 'stallNext', 'garbleNext', 'expireAccessToken'] as const
