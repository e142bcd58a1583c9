// An HTTP client connection on a raw socket.
import net from 'node:net'
import { firstMessage, writeAtTurnEnd } from './http-wire.mjs'

/** A keep-alive connection with one request at a time. */
export class Connection {
  #socket
  #onAnswer
  #bytes
  busy = false
  sentAt = 0
  /** Called when the server closes the connection between two requests. */
  onClose

  constructor(port, onAnswer) {
    this.#onAnswer = onAnswer
    this.#socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket.on('data', (chunk) => this.#receive(chunk))
    this.#socket.on('error', () => undefined)
    this.#socket.on('close', () => this.#closed())
  }

  connected() {
    return new Promise((resolve, reject) => {
      this.#socket.once('connect', resolve)
      this.#socket.once('error', reject)
    })
  }

  send(bytes, at = performance.now()) {
    this.busy = true
    this.sentAt = at
    writeAtTurnEnd(this.#socket, bytes)
  }

  end() {
    this.#onAnswer = () => undefined
    this.onClose = undefined
    this.#socket.destroy()
  }

  #receive(chunk) {
    const bytes = this.#bytes ? Buffer.concat([this.#bytes, chunk]) : chunk
    const message = firstMessage(bytes)
    this.#bytes = message ? undefined : bytes
    if (!message) return
    this.busy = false
    const status = Number(message.head.slice(9, 12))
    this.#onAnswer(this, status, bytes, message)
  }

  #closed() {
    if (this.busy) this.#onAnswer(this, 0)
    else this.onClose?.()
    this.busy = false
  }
}
