import nock from 'nock'
import { afterAll, afterEach, beforeEach } from '@jest/globals'

/**
 * Blocks the real network for every test file. Only this file does so: jest's files share Node's http
 * module, so a rule that is set in one file would leak into the next.
 */
beforeEach(() => {
  if (!nock.isActive()) nock.activate()
  nock.disableNetConnect()
  nock.enableNetConnect(/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/)
})

afterEach(() => {
  nock.abortPendingRequests()
  nock.cleanAll()
})

/** Each test file loads its own nock; if two were active at the same time, each would answer the other's requests. */
afterAll(() => nock.restore())
