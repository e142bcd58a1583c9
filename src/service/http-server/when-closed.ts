import { setMaxListeners } from 'node:events'
import type { Response } from 'express'

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
