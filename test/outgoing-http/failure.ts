import { expect } from '@jest/globals'
import { UpstreamError } from '../../src/service/errors/upstream-error.ts'

/** The UpstreamError that a promise must reject with. */
export async function failure(promise: Promise<unknown>): Promise<UpstreamError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(UpstreamError)
  return error as UpstreamError
}
