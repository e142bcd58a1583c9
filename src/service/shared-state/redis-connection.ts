import { monotonicNow as processMonotonicNow } from '../time/monotonic-now.ts'

/** The part of the official Redis client that this service uses. */
export interface RedisClient {
  readonly isOpen: boolean
  readonly isReady: boolean
  connect(): Promise<unknown>
  sendCommand(command: string[]): Promise<unknown>
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>
  on(event: 'error', listener: (error: unknown) => void): unknown
  on(event: 'ready' | 'end', listener: () => void): unknown
  destroy(): void
}

export interface RedisConnection {
  /** False while this process continues without Redis. */
  readonly isAvailable: boolean
  /**
   * The minimum latency of the last batch of {@link MEASURED_COMMANDS} commands; undefined before the first batch
   * is complete.
   */
  readonly roundTripMs: number | undefined
  /** Resolves when Redis has responded for the first time, or is known to be unavailable. Never rejects. */
  readonly started: Promise<void>
  /**
   * Sends one or more commands together; resolves to undefined if Redis is unavailable or does not respond within
   * `timeoutMs`. After a timeout, no caller waits for Redis again until Redis responds to a probe. Never rejects.
   */
  run<T>(commands: (send: Send) => Promise<T>): Promise<T | undefined>
  /** Subscribes to a channel, and again after each reconnect. */
  subscribe(channel: string, listener: (message: string) => void): void
  /** True if every message on the subscribed channels arrives, for as long as Redis stays available. */
  readonly isListening: boolean
  /** Called the first time Redis responds, and after each recovery. */
  onAvailable(listener: () => void): void
  close(): void
}

/** @param command as in Redis' documentation: the name of the command, and each argument as text */
export type Send = (...command: string[]) => Promise<unknown>

export interface RedisConnectionOptions {
  readonly createClient: () => Promise<RedisClient>
  readonly keyPrefix: string
  /** For each command. Within one data center, Redis responds in less than a millisecond. */
  readonly timeoutMs: number
  /** Called whenever Redis becomes available or unavailable; `reason` is set when it becomes unavailable. */
  readonly onChange: (isAvailable: boolean, reason?: unknown) => void
  /** Called for each command that gets no response. */
  readonly onFailure: () => void
  readonly monotonicNow?: (() => number) | undefined
}

interface Subscription {
  readonly channel: string
  readonly listener: (message: string) => void
  isActive: boolean
  isConfirmed: boolean
}

const MEASURED_COMMANDS = 10
const PROBE_EVERY_MS = 250
const PROBE_TIMEOUT_MS = 1000
const START_TIMEOUT_MS = 1000
const MIN_CONNECTION_MS = 1000

/**
 * One connection to Redis, for which no caller waits long: while Redis is unavailable, only the background probe
 * uses it.
 */
export function createRedisConnection(options: RedisConnectionOptions): RedisConnection {
  const { keyPrefix, timeoutMs, onChange, onFailure, monotonicNow = processMonotonicNow } = options
  const subscriptions = createSubscriptions()
  const roundTrips = createRoundTrips()
  const availableListeners: (() => void)[] = []
  let client: RedisClient | undefined
  let state: 'starting' | 'up' | 'suspect' | 'down' = 'starting'
  let isClosed = false
  let isProbing = false
  let connectedAtMs = 0
  let noteStarted: () => void = () => undefined
  const started = new Promise<void>((resolve) => (noteStarted = resolve))

  function goUp(): void {
    if (isClosed || state === 'up') return
    const wasDown = state !== 'suspect'
    state = 'up'
    if (wasDown) onChange(true)
    noteStarted()
    if (client) subscriptions.start(client)
    for (const listener of availableListeners) listener()
  }

  function goDown(reason?: unknown): void {
    if (isClosed || state === 'down') return
    state = 'down'
    onChange(false, reason)
    noteStarted()
  }

  /** One late response is not conclusive: no further caller waits, and the probe decides. */
  function suspect(): void {
    onFailure()
    if (state === 'up') state = 'suspect'
    void probe()
  }

  /** Writes a value, because a Redis that is read-only or out of memory still responds to PING. */
  async function probe(): Promise<void> {
    if (client?.isReady !== true || state === 'up' || isProbing) return
    isProbing = true
    try {
      await within(client.sendCommand(['SET', `${keyPrefix}probe`, '1', 'PX', '10000']), PROBE_TIMEOUT_MS)
      goUp()
    } catch (error) {
      goDown(error)
      if (isReadOnly(error) && monotonicNow() - connectedAtMs >= MIN_CONNECTION_MS) reconnect(client)
    } finally {
      isProbing = false
    }
  }

  async function start(): Promise<void> {
    const created = await options.createClient()
    if (isClosed) return
    client = created
    created.on('error', goDown)
    created.on('end', goDown)
    created.on('ready', () => {
      connectedAtMs = monotonicNow()
      void probe()
    })
    await created.connect()
  }

  /** A failover can leave the connection open and leading to the former primary: only a new one finds the new primary. */
  function reconnect(current: RedisClient): void {
    client = undefined
    current.destroy()
    subscriptions.stop()
    start().catch(goDown)
  }

  const probing = setInterval(() => void probe(), PROBE_EVERY_MS).unref()
  const giveUpStart = setTimeout(() => state === 'starting' && goDown(), START_TIMEOUT_MS).unref()
  start().catch(goDown)

  return {
    get isAvailable() {
      return state === 'up' || state === 'suspect'
    },
    get roundTripMs() {
      return roundTrips.fastestMs
    },
    started,
    async run(commands) {
      const current = client
      if (state !== 'up' || current === undefined) return undefined
      const startedAtMs = monotonicNow()
      try {
        const reply = await within(
          commands((...command) => current.sendCommand(command)),
          timeoutMs,
        )
        roundTrips.note(monotonicNow() - startedAtMs)
        return reply
      } catch {
        suspect()
        return undefined
      }
    },
    subscribe(channel, listener) {
      subscriptions.add(channel, listener)
      if (state === 'up' && client) subscriptions.start(client)
    },
    get isListening() {
      return state === 'up' && subscriptions.areConfirmed
    },
    onAvailable: (listener) => void availableListeners.push(listener),
    close() {
      isClosed = true
      clearInterval(probing)
      clearTimeout(giveUpStart)
      noteStarted()
      if (client?.isOpen === true) client.destroy()
    },
  }
}

/** The channels of one client. */
function createSubscriptions() {
  const subscriptions: Subscription[] = []
  return {
    add(channel: string, listener: Subscription['listener']): void {
      subscriptions.push({ channel, listener, isActive: false, isConfirmed: false })
    },
    /** Subscribes to each channel once: the client resubscribes automatically. */
    start(client: RedisClient): void {
      for (const subscription of subscriptions) {
        if (subscription.isActive) continue
        subscription.isActive = true
        client.subscribe(subscription.channel, subscription.listener).then(
          () => (subscription.isConfirmed = true),
          () => (subscription.isActive = false),
        )
      }
    },
    /** Called when the client is replaced. */
    stop(): void {
      for (const subscription of subscriptions) subscription.isActive = subscription.isConfirmed = false
    },
    get areConfirmed() {
      return subscriptions.every(({ isConfirmed }) => isConfirmed)
    },
  }
}

/** The duration of the fastest of several commands: the others may have been delayed by this process. */
function createRoundTrips() {
  let fastestMs: number | undefined
  let durationsMs: number[] = []
  return {
    note(durationMs: number): void {
      durationsMs.push(durationMs)
      if (durationsMs.length < MEASURED_COMMANDS) return
      fastestMs = Math.min(...durationsMs)
      durationsMs = []
    },
    get fastestMs() {
      return fastestMs
    },
  }
}

/** Redis: a replica responds to a write with an error that begins with this code. */
function isReadOnly(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('READONLY')
}

/**
 * Rejects as `reply` does, and on a timeout. A response that arrived in time still counts if this process reads it
 * late.
 */
function within<T>(reply: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => setImmediate(() => reject(new Error(`no response within ${timeoutMs} ms`))),
      timeoutMs,
    )
    reply.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
