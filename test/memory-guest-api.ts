import type {
  Attributes,
  Capability,
  GuestApi,
  GuestApiName,
  GuestEvent,
  GuestEventListener,
  Message,
  OpenedGuest,
  OutgoingMessage,
} from '../src/service/genesys/guest-api.ts'

const LIMITS = { maxTextBytes: 4096, maxAttributeBytes: 2048, messagesPerSecond: 5 }

/** A driver that keeps everything in memory instead of calling Genesys, for tests of the layers above. */
export function createMemoryGuestApi(
  options: { name?: GuestApiName; lacks?: Capability[]; now?: () => number } = {},
) {
  const { name = 'web-messaging', lacks = [], now = Date.now } = options
  const all: Capability[] = [
    'messages',
    'live-events',
    'history',
    'typing',
    'attachments',
    'attributes',
    'end',
  ]
  const listeners = new Map<string, Set<GuestEventListener>>()
  const calls: { method: string; token?: string | undefined }[] = []
  const sent: { token: string | undefined; message: OutgoingMessage }[] = []
  const written: Attributes[] = []
  const transcript: Message[] = []
  let guests = 0
  let failure: Error | undefined
  let takesAttributesNow = false
  let historyCalls = 0

  const note = (method: string, token?: string) => {
    calls.push({ method, token })
    if (failure === undefined) return
    const thrown = failure
    failure = undefined
    throw thrown
  }
  const opened = (token: string, state: OpenedGuest['state']): OpenedGuest => ({
    ref: { token },
    state,
    limits: LIMITS,
    attributesDelivered: false,
  })

  const guestApi: GuestApi = {
    name,
    capabilities: new Set(all.filter((capability) => !lacks.includes(capability))),
    async open() {
      note('open')
      guests += 1
      return opened(`guest-${guests}`, 'new')
    },
    async resume({ ref }) {
      note('resume', ref['token'])
      return opened(ref['token'] ?? '', 'resumed')
    },
    async deployment() {
      note('deployment')
      return { id: 'deployment-1', status: 'active' }
    },
    async send({ ref }, message) {
      note('send', ref['token'])
      sent.push({ token: ref['token'], message })
      return {
        id: message.tracingId,
        time: new Date(now()).toISOString(),
        direction: 'inbound',
        type: 'text',
        ...(message.text !== undefined && { text: message.text }),
        sender: 'guest',
      }
    },
    async setAttributes({ ref }, attributes) {
      note('setAttributes', ref['token'])
      if (!takesAttributesNow) return false
      written.push(attributes)
      return true
    },
    subscribe({ ref }, listener) {
      const token = ref['token'] ?? ''
      const own = listeners.get(token) ?? new Set()
      listeners.set(token, own.add(listener))
      return () => own.delete(listener)
    },
    async history(_guest, { pageSize, pageNumber }) {
      note('history')
      historyCalls += 1
      const newestFirst = [...transcript].sort((a, b) => Date.parse(b.time) - Date.parse(a.time))
      const messages = newestFirst.slice((pageNumber - 1) * pageSize, pageNumber * pageSize).reverse()
      const pageCount = Math.ceil(transcript.length / pageSize)
      return { messages, pageNumber, pageSize, total: transcript.length, pageCount }
    },
    async typing({ ref }) {
      note('typing', ref['token'])
    },
    async end({ ref }) {
      note('end', ref['token'])
    },
    async close() {
      listeners.clear()
    },
  }
  if (lacks.includes('history')) delete guestApi.history
  if (lacks.includes('live-events')) delete guestApi.subscribe
  if (lacks.includes('messages')) delete guestApi.send
  if (lacks.includes('typing')) delete guestApi.typing
  if (lacks.includes('end')) delete guestApi.end

  return {
    guestApi,
    calls,
    sent,
    written,
    transcript,
    get historyCalls() {
      return historyCalls
    },
    failNext(error: Error) {
      failure = error
    },
    takeAttributesNow() {
      takesAttributesNow = true
    },
    emit(event: GuestEvent, token = 'guest-1') {
      for (const listener of listeners.get(token) ?? []) listener(event)
    },
    subscribers(token = 'guest-1') {
      return listeners.get(token)?.size ?? 0
    },
  }
}

export function agentMessage(id: string, timeMs: number, text = `text of ${id}`): Message {
  return {
    id,
    time: new Date(timeMs).toISOString(),
    direction: 'outbound',
    type: 'text',
    text,
    sender: 'agent',
  }
}
