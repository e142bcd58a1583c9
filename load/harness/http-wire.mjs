// HTTP/1.1 on raw sockets, only as much as the load generator and the upstream need. Both must use much less CPU time
// than the measured server, which is not possible with node:http.

const HEAD_END = Buffer.from('\r\n\r\n')
const LAST_CHUNK = Buffer.from('\r\n0\r\n\r\n')

let waiting = []

/**
 * Writes after everything that arrived in this turn of the event loop has been processed, so that consecutive writes
 * wake the measured server only once. This saves CPU time on the machine that all of them share.
 */
export function writeAtTurnEnd(socket, bytes) {
  if (waiting.push(socket, bytes) === 2) setImmediate(writeAll)
}

function writeAll() {
  const all = waiting
  waiting = []
  for (let at = 0; at < all.length; at += 2) all[at].write(all[at + 1])
}

/**
 * Finds the first message in `bytes`; undefined while that message is incomplete.
 * @returns {{ head: string, bodyAt: number, end: number } | undefined}
 */
export function firstMessage(bytes) {
  const headEnd = bytes.indexOf(HEAD_END)
  if (headEnd < 0) return undefined
  const head = bytes.latin1Slice(0, headEnd)
  const bodyAt = headEnd + 4
  const end = bodyEnd(bytes, head, bodyAt)
  return end <= bytes.length ? { head, bodyAt, end } : undefined
}

function bodyEnd(bytes, head, bodyAt) {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)
  if (length) return bodyAt + Number(length[1])
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) return bodyAt
  const last = bytes.indexOf(LAST_CHUNK, bodyAt - 2)
  return last < 0 ? Infinity : last + LAST_CHUNK.length
}

/** Calls `take` for each complete message that arrives on the socket. */
export function eachMessage(socket, take) {
  let waiting
  socket.on('data', (chunk) => {
    let bytes = waiting === undefined ? chunk : Buffer.concat([waiting, chunk])
    for (let message = firstMessage(bytes); message; message = firstMessage(bytes)) {
      take(message, bytes)
      bytes = bytes.subarray(message.end)
      if (bytes.length === 0) break
    }
    waiting = bytes.length > 0 ? bytes : undefined
  })
}

/** Serializes a request once, so that it can be sent many times. */
export function requestBytes({ method = 'POST', path, headers = {}, body }) {
  const text = body === undefined ? '' : JSON.stringify(body)
  const all = {
    host: '127.0.0.1',
    ...headers,
    ...(body !== undefined && {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    }),
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${text}`)
}

/** Serializes a response. */
export function answerBytes(status, body) {
  const text = JSON.stringify(body)
  return Buffer.from(
    `HTTP/1.1 ${status} \r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  )
}
