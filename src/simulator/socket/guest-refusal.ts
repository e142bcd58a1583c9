import { type Frame, refusal, tooManyRequests } from './payloads.ts'

/** An error response of the guest socket: a code and a sentence. */
export class GuestRefusal extends Error {
  readonly code: number
  readonly toFrame: (tracingId?: string) => Frame

  constructor(code: number, text: string, toFrame = (tracingId?: string) => refusal(code, text, tracingId)) {
    super(text)
    this.name = 'GuestRefusal'
    this.code = code
    this.toFrame = toFrame
  }
}

/** @param what names the rate, for example `Message`: "Message rate too high for this session" */
export function refuseTooMany(retryAfterSeconds: number, what: string): void {
  if (retryAfterSeconds === 0) return
  throw new GuestRefusal(429, 'too many requests', (tracingId) =>
    tooManyRequests(retryAfterSeconds, what, tracingId),
  )
}

export const requestFailed = () => new GuestRefusal(400, 'Request failed.')
export const deploymentNotFound = () => new GuestRefusal(400, 'Deployment not found')
export const unauthorized = () => new GuestRefusal(401, 'User is unauthorized')
export const featureOff = () => new GuestRefusal(403, 'Turn on the Feature Toggle or fix the configuration.')
export const clearOff = () => new GuestRefusal(403, 'Presence events Conversation Clear are not supported')
export const authenticationFailed = () =>
  new GuestRefusal(403, 'Session authentication failed. Try to authenticate again.')
export const readOnly = () => new GuestRefusal(409, 'Session is read-only, no new messages allowed')
export const sessionExpired = () => new GuestRefusal(4006, 'Session has expired')
export const sessionNotFound = () => new GuestRefusal(4007, 'Session not found')
export const attachmentNotFound = () => new GuestRefusal(4009, 'Attachment not found')
export const attachmentNotUploaded = () =>
  new GuestRefusal(4010, 'Attachment has not been successfully uploaded')
export const textTooLong = (bytes: number, limit: number) =>
  new GuestRefusal(4011, `Message length ${bytes} is larger than ${limit}`)
export const attributesTooLarge = (limit: number) =>
  new GuestRefusal(4013, `Custom Attributes in channel metadata is larger than ${limit} bytes`)
export const cannotDowngrade = () => new GuestRefusal(4017, 'Cannot downgrade to unauthenticated')
export const missingParameter = (name: string) => new GuestRefusal(4020, `Missing parameter: ${name}`)
