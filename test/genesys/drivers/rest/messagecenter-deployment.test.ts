import { beforeEach, describe, expect, test } from '@jest/globals'
import {
  createMessageCenterDeployment,
  type MessageCenterDeployment,
} from '../../../../src/service/genesys/drivers/rest/messagecenter-deployment.ts'
import { failure } from '../../../outgoing-http/failure.ts'
import { DEPLOYMENT_ID, ORGANIZATION_ID, RestGenesys } from './rest-genesys.ts'

const MINUTE_MS = 60_000
let nowMs: number
let genesys: RestGenesys
let deployment: MessageCenterDeployment
const soon = (): number => nowMs + 5000

beforeEach(() => {
  nowMs = Date.now()
  genesys = new RestGenesys({ opened: () => ({}), messageAuthorization: () => '' })
  deployment = createMessageCenterDeployment({ ...genesys.options(), monotonicNow: () => nowMs })
})

describe('the message center deployment', () => {
  test('is requested with the OAuth token, and only once for many concurrent callers', async () => {
    await Promise.all(Array.from({ length: 50 }, () => deployment.requireActive(soon())))
    expect(genesys.of('deployment')).toHaveLength(1)
    expect(genesys.of('deployment')[0]?.headers['authorization']).toBe('Bearer oauth-token-1')
    expect(await deployment.info(soon())).toEqual({
      id: DEPLOYMENT_ID,
      name: 'Shop',
      organizationId: ORGANIZATION_ID,
      status: 'active',
    })
  })

  test('is requested again after a few minutes', async () => {
    await deployment.info(soon())
    nowMs += 2 * MINUTE_MS
    await deployment.info(soon())
    expect(genesys.of('deployment')).toHaveLength(1)
    nowMs += 2 * MINUTE_MS
    genesys.deploymentStatus = 'inactive'
    expect((await failure(deployment.requireActive(soon()))).code).toBe('deployment_not_usable')
  })

  test('is reported as inactive if it is paused, and is checked again soon', async () => {
    genesys.deploymentStatus = 'paused'
    expect(await deployment.info(soon())).toMatchObject({ status: 'inactive' })
    const error = await failure(deployment.requireActive(soon()))
    expect(error.facts.hint).toMatch(/activate it/)
    expect(genesys.of('deployment')).toHaveLength(1)
    genesys.deploymentStatus = 'active'
    nowMs += 15_001
    await deployment.requireActive(soon())
  })

  test('is reported as deployment_not_usable if Genesys does not know it, and is not requested each time', async () => {
    genesys.bendNext('deployment', { status: 404, body: { code: 'not.found', contextId: 'c-1' } })
    for (let i = 0; i < 3; i++) {
      const error = await failure(deployment.requireActive(soon()))
      expect(error.code).toBe('deployment_not_usable')
      expect(error.facts).toMatchObject({ status: 404, correlationId: 'c-1' })
      expect(error.facts.hint).toMatch(/GENESYS_DEPLOYMENT_ID/)
    }
    expect(genesys.of('deployment')).toHaveLength(0)
  })

  test('is reported as deployment_not_usable if it belongs to another organization', async () => {
    const options = { ...genesys.options(), organizationId: 'another', monotonicNow: () => nowMs }
    const error = await failure(createMessageCenterDeployment(options).requireActive(soon()))
    expect(error.code).toBe('deployment_not_usable')
    expect(error.facts.hint).toMatch(/GENESYS_ORGANIZATION_ID/)
  })

  test('is reported with the missing permission if the OAuth client may not read it', async () => {
    genesys.bendNext('deployment', { status: 403, body: { code: 'missing.permissions' } })
    const error = await failure(deployment.requireActive(soon()))
    expect(error.code).toBe('upstream_refused')
    expect(error.facts.hint).toMatch(/messagecenter:deployment:read/)
  })

  test('stays usable for a while, but not for hours, if Genesys becomes unreachable', async () => {
    await deployment.requireActive(soon())
    nowMs += 10 * MINUTE_MS
    genesys.bendNext('deployment', { status: 500 })
    await deployment.requireActive(soon())
    nowMs += 2 * 60 * MINUTE_MS
    genesys.bendNext('deployment', { status: 500 })
    expect((await failure(deployment.requireActive(soon()))).code).toBe('upstream_unavailable')
  })

  test('is requested again after Retry-After when Genesys rate-limits the service', async () => {
    genesys.bendNext('deployment', { status: 429, headers: { 'retry-after': '0' } })
    await deployment.requireActive(soon())
  })

  test.each([[{}], [{ id: DEPLOYMENT_ID }], ['active'], [null]])(
    'is not read from the response %j',
    async (body) => {
      genesys.bendNext('deployment', { status: 200, body })
      expect((await failure(deployment.info(soon()))).code).toBe('upstream_bad_response')
    },
  )
})
