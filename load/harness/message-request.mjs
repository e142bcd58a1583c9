import { ORIGIN } from './service-settings.mjs'

/** A page's request to send a message of about 200 bytes. */
export function messageRequest(token) {
  return {
    path: '/messages',
    headers: { origin: ORIGIN, authorization: `Bearer ${token}`, accept: 'application/json' },
    body: {
      text:
        'Hello, I ordered two pairs of running shoes last week and only one of them has come so far. ' +
        'Could you please find out where the other pair is? The order is number 4711-0815. Thanks!',
    },
  }
}
