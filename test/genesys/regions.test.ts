import { expect, test } from '@jest/globals'
import { findRegion } from '../../src/service/genesys/regions.ts'

test.each(['eu-west-1', 'mypurecloud.ie', ' EU-West-1 ', 'MyPureCloud.ie'])(
  '%p names the region in Ireland',
  (name) => {
    expect(findRegion(name)).toEqual({
      awsRegion: 'eu-west-1',
      domain: 'mypurecloud.ie',
      apiUrl: 'https://api.mypurecloud.ie',
      loginUrl: 'https://login.mypurecloud.ie',
      cdnUrl: 'https://api-cdn.mypurecloud.ie',
      messagingUrl: 'wss://webmessaging.mypurecloud.ie/v1',
    })
  },
)

test.each(['', 'eu-west-9', 'constructor', 'api.mypurecloud.ie'])(
  '%p is not a region, and the error lists the regions',
  (name) => {
    expect(() => findRegion(name)).toThrow(/eu-central-1 \(mypurecloud\.de\)/)
  },
)
