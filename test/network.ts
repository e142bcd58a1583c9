import nock from 'nock'
import { afterAll, afterEach, beforeEach } from '@jest/globals'

/**
 * The real network is out of reach for every test file, here and nowhere else: jest's files share
 * Node's http module, so a rule set in one file would leak into the next.
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

/** Each file loads its own nock, and two that are active at the same time answer each other's requests. */
afterAll(() => nock.restore())
