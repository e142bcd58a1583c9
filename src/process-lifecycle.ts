import { setTimeout as pause } from 'node:timers/promises'
import type { RunningService } from './run-service.ts'
import { stopOnSignal } from './stop-on-signal.ts'

/** Beyond what draining may take: whatever hangs then is left behind. */
const EXIT_GRACE_MS = 2000

/**
 * Ends the process when it is told to, and when nothing else is left: the first signal drains, a second one does not
 * wait; an error that nobody caught is logged with the number of requests in flight, drains too, and ends it with 1.
 */
export function superviseProcess(service: RunningService): void {
  const stop = () => Promise.race([service.stop(), pause(service.stopTimeoutMs + EXIT_GRACE_MS)])
  stopOnSignal((signal) => {
    service.log.info({ signal }, 'stopping')
    return stop()
  })
  const { reload } = service
  // Without such files the signal means what it always does: the terminal has gone.
  if (reload) process.on('SIGHUP', reload)
  const fail = (err: unknown, origin: string) => {
    const reason = `${origin} with ${service.requestsInFlight()} requests in flight`
    service.log.error({ err, reason }, 'stopping after an uncaught error')
    void stop().finally(() => process.exit(1))
  }
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', (reason) => fail(reason, 'unhandledRejection'))
}
