import type http from 'node:http'
import type { Socket } from 'node:net'

/** Arrays, not Sets: what a Set that outgrew its table has held is kept alive by that table (docs/decisions/0052). */
const callbacksOf = new WeakMap<Socket, (() => void)[]>()

/**
 * Calls back once, when the answer has closed or its connection has, whichever comes first: on Node.js 20 and 22 an
 * answer that waits behind another of the same connection never emits `close` when that connection breaks.
 */
export function whenClosed(res: http.ServerResponse, callback: () => void): void {
  const { socket } = res.req
  const callbacks = callbacksOf.get(socket) ?? watch(socket)
  const close = () => {
    const at = callbacks.indexOf(close)
    if (at < 0) return
    callbacks.splice(at, 1)
    callback()
  }
  callbacks.push(close)
  if (socket.destroyed || res.closed) close()
  else res.on('close', close)
}

function watch(socket: Socket): (() => void)[] {
  const callbacks: (() => void)[] = []
  callbacksOf.set(socket, callbacks)
  socket.on('close', () => {
    for (const close of [...callbacks]) close()
  })
  return callbacks
}
