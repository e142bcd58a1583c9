import type http from 'node:http'
import type { Socket } from 'node:net'

const callbacksOf = new WeakMap<Socket, Set<() => void>>()

/**
 * Calls back once, when the answer has closed or its connection has, whichever comes first: on Node.js 20 and 22 an
 * answer that waits behind another of the same connection never emits `close` when that connection breaks.
 */
export function whenClosed(res: http.ServerResponse, callback: () => void): void {
  const { socket } = res.req
  const callbacks = callbacksOf.get(socket) ?? watch(socket)
  const close = () => {
    if (callbacks.delete(close)) callback()
  }
  callbacks.add(close)
  if (socket.destroyed || res.closed) close()
  else res.on('close', close)
}

function watch(socket: Socket): Set<() => void> {
  const callbacks = new Set<() => void>()
  callbacksOf.set(socket, callbacks)
  socket.on('close', () => {
    for (const close of [...callbacks]) close()
  })
  return callbacks
}
