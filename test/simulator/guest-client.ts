import { randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'
import type { Simulator } from '../../src/simulator/simulator.ts'

/** Loosely typed, because tests check arbitrary frames of the platform. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Frame = Record<string, any>

export interface GuestClientOptions {
  token?: string
  deploymentId?: string
  origin?: string
}

/** A guest's socket, as any client could open it: it sends frames and stores the frames that arrive. */
export async function connect(simulator: Simulator, options: GuestClientOptions = {}) {
  const { token = randomUUID(), deploymentId = simulator.deploymentId, origin } = options
  const url = `${simulator.messagingUrl}/v1?deploymentId=${deploymentId}`
  const socket = new WebSocket(url, { ...(origin !== undefined && { origin }) })
  const received: Frame[] = []
  const waiting = new Set<() => void>()
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  socket.on('message', (data: Buffer) => {
    received.push(parse(data.toString('utf8')))
    for (const look of waiting) look()
  })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))

  let read = 0
  /** The next frame that has not been read yet and fits; the frames before it are skipped. */
  function next(fits: (frame: Frame) => boolean = () => true): Promise<Frame> {
    return new Promise((resolve) => {
      function look() {
        const found = received.findIndex((frame, index) => index >= read && fits(frame))
        if (found < 0) return
        read = found + 1
        waiting.delete(look)
        resolve(received[found]!)
      }
      waiting.add(look)
      look()
    })
  }

  function send(action: string, fields: object = {}): string {
    const tracingId = randomUUID()
    socket.send(JSON.stringify({ action, token, tracingId, ...fields }))
    return tracingId
  }

  async function ask(action: string, fields: object = {}): Promise<Frame> {
    send(action, fields)
    return next()
  }

  return {
    token,
    socket,
    received,
    closed,
    next,
    send,
    ask,
    configure: (fields: object = {}) => ask('configureSession', { deploymentId, ...fields }),
    say: (text: string, message: object = {}) =>
      ask('onMessage', { message: { type: 'Text', text, ...message } }),
  }
}

export type GuestClient = Awaited<ReturnType<typeof connect>>

function parse(text: string): Frame {
  try {
    return JSON.parse(text) as Frame
  } catch {
    return { garbage: text }
  }
}
