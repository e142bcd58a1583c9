import type { NextFunction, Request, Response } from 'express'

export interface ErrorDetails {
  headers?: Record<string, string>
  messageParams?: Record<string, string>
  details?: { errorCode: string; fieldName?: string }[]
}

/** A refusal from the REST API; `sendError` creates its body. */
export class PlatformError extends Error {
  readonly status: number
  readonly code: string
  readonly extra: ErrorDetails

  constructor(status: number, code: string, message: string, extra: ErrorDetails = {}) {
    super(message)
    this.name = 'PlatformError'
    this.status = status
    this.code = code
    this.extra = extra
  }
}

export function badRequest(message = 'The request could not be understood by the server.'): PlatformError {
  return new PlatformError(400, 'bad.request', message)
}

export function invalidValue(fieldName: string): PlatformError {
  const message = `Value [${fieldName}] is not valid for field type.`
  return new PlatformError(400, 'invalid.value', message, {
    details: [{ errorCode: 'invalid.value', fieldName }],
  })
}

export function authenticationRequired(): PlatformError {
  const message = 'No authentication bearer token specified in authorization header.'
  return new PlatformError(401, 'authentication.required', message)
}

export function badCredentials(): PlatformError {
  return new PlatformError(401, 'bad.credentials', 'Invalid login credentials.')
}

export function credentialsExpired(): PlatformError {
  return new PlatformError(401, 'credentials.expired', 'The supplied credentials have expired.')
}

export function missingAnyPermissions(permissions: readonly string[]): PlatformError {
  const sentence =
    'Unable to perform the requested action. You must have at least one of the following permissions assigned:'
  const list = `[${permissions.join(', ')}]`
  const messageParams = { permissions: list }
  return new PlatformError(403, 'missing.any.permissions', `${sentence} ${list}`, { messageParams })
}

export function notAuthorized(
  message = 'You are not authorized to perform the requested action.',
): PlatformError {
  return new PlatformError(403, 'not.authorized', message)
}

export function notFound(message = 'The requested resource was not found.'): PlatformError {
  return new PlatformError(404, 'not.found', message)
}

export function rateLimitExceeded(retryAfterSeconds: number): PlatformError {
  const message = `Rate limit exceeded the maximum. Retry the request in [${retryAfterSeconds}] seconds`
  const headers = { 'Retry-After': String(retryAfterSeconds) }
  return new PlatformError(429, 'too.many.requests.retry.after', message, { headers })
}

const CODES: Record<number, string> = {
  400: 'bad.request',
  401: 'bad.credentials',
  403: 'not.authorized',
  404: 'not.found',
  413: 'request.entity.too.large',
  415: 'unsupported.media.type',
  429: 'too.many.requests.retry.after',
  500: 'internal.server.error',
  503: 'service.unavailable',
  504: 'request.timeout',
}

/** The platform's error for a status without a code, from the body parser or an injected fault. */
export function errorOfStatus(status: number): PlatformError {
  if (status === 429) return rateLimitExceeded(1)
  const code = CODES[status] ?? 'internal.server.error'
  return new PlatformError(status, code, `The request failed: ${code}`)
}

/**
 * Genesys: practically every error body has `message`, `code`, `status`, `contextId`, `details` and `errors`.
 */
export function sendError(res: Response, error: PlatformError): void {
  const { headers = {}, messageParams, details = [] } = error.extra
  res.set(headers)
  res.status(error.status).json({
    message: error.message,
    code: error.code,
    status: error.status,
    ...(messageParams && { messageWithParams: error.message, messageParams }),
    contextId: res.getHeader('ININ-Correlation-Id'),
    details,
    errors: [],
  })
}

export function answerError(err: unknown, _req: Request, res: Response, next: NextFunction): void {
  if (res.headersSent) {
    next(err)
    return
  }
  if (err instanceof PlatformError) {
    sendError(res, err)
    return
  }
  const status = (err as { status?: unknown }).status
  sendError(res, errorOfStatus(typeof status === 'number' ? status : 500))
}
