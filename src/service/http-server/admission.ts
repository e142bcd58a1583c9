import { setMaxListeners } from 'node:events'
import type { Request, RequestHandler, Response } from 'express'

/** The paths that orchestrators and Prometheus request. They are always served. */
export const PROBE_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics'])

export type Refusal = 'all taken' | 'all of this key taken'

/** Limits the number of open items: requests in flight, bodies that are being received, or event streams. */
export interface OpenLimit {
  readonly open: number
  /** Acquires a slot. @returns a function that releases it; calling it again does nothing */
  acquire(key: string): (() => void) | Refusal
}

/** @param options.maxPerKey the limit for one address or guest, so that a single one cannot take every slot */
export function limitOpen({ max, maxPerKey }: { max: number; maxPerKey: number }): OpenLimit {
  const openByKey = new Map<string, number>()
  let open = 0
  return {
    get open() {
      return open
    },
    acquire(key) {
      const openOfKey = openByKey.get(key) ?? 0
      if (openOfKey >= maxPerKey) return 'all of this key taken'
      if (open >= max) return 'all taken'
      open += 1
      openByKey.set(key, openOfKey + 1)
      let isOpen = true
      return () => {
        if (!isOpen) return
        isOpen = false
        open -= 1
        const left = (openByKey.get(key) ?? 0) - 1
        if (left > 0) openByKey.set(key, left)
        else openByKey.delete(key)
      }
    },
  }
}

/**
 * Admits a request if a slot is free, and refuses it immediately otherwise: requests are not queued. Probes and
 * preflights are always admitted.
 */
export function admitRequests(options: {
  readonly inFlight: OpenLimit
  readonly addressOf: (req: Request) => string
  readonly refuse: (req: Request, res: Response, refusal: Refusal) => void
}): RequestHandler {
  const { inFlight, addressOf, refuse } = options
  return (req, res, next) => {
    if (req.method === 'OPTIONS' || PROBE_PATHS.has(req.path)) {
      next()
      return
    }
    const release = inFlight.acquire(addressOf(req))
    if (typeof release === 'string') {
      refuse(req, res, release)
      return
    }
    res.locals.release = release
    whenClosed(res, release)
    next()
  }
}

/** Holds a slot until the response has closed. */
export function holdSlot(options: {
  readonly limit: OpenLimit
  readonly keyOf: (req: Request) => string
  readonly refused: (refusal: Refusal) => Error
}): RequestHandler {
  const { limit, keyOf, refused } = options
  return (req, res, next) => {
    const release = limit.acquire(keyOf(req))
    if (typeof release === 'string') {
      next(refused(release))
      return
    }
    whenClosed(res, release)
    next()
  }
}

/** Releases the slot of a response that stays open without further work, such as an event stream. */
export function releaseSlot(res: Response): void {
  const release = res.locals.release as (() => void) | undefined
  release?.()
}

interface Closing {
  isClosed: boolean
  readonly callbacks: (() => void)[]
}

/** Calls back once, when the response or its connection has closed. All callbacks of a response share one listener. */
export function whenClosed(res: Response, callback: () => void): void {
  const closing = (res.locals.closing as Closing | undefined) ?? watch(res)
  if (closing.isClosed) callback()
  else closing.callbacks.push(callback)
}

function watch(res: Response): Closing {
  const { socket } = res.req
  const closing: Closing = { isClosed: res.closed || socket.destroyed, callbacks: [] }
  res.locals.closing = closing
  const close = () => {
    if (closing.isClosed) return
    closing.isClosed = true
    for (const callback of closing.callbacks) callback()
  }
  res.on('close', close)
  // A response that is pipelined behind another emits no `close` on Node.js 20 and 22 when the connection breaks.
  if (res.socket === null) {
    setMaxListeners(0, socket)
    socket.on('close', close)
  }
  return closing
}
