import { setTimeout as pause } from 'node:timers/promises'
import { ConfigError } from './settings/config.ts'
import { readConfigFromEnvironment } from './settings/read-config.ts'
import { startService, type RunningService } from './run-service.ts'
import { stopOnSignal } from '../stop-on-signal.ts'

/** sysexits.h, EX_CONFIG: the settings are at fault, and a restart won't help. */
const EX_CONFIG = 78

/** Beyond what draining may take: whatever hangs then is left behind. */
const EXIT_GRACE_MS = 2000

try {
  superviseProcess(await startService(readConfigFromEnvironment()))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : 'The service could not start.'}\n`)
  process.exitCode = error instanceof ConfigError ? EX_CONFIG : 1
}

/**
 * Ends the process when it is told to, and when nothing else is left: the first signal drains, a second one does not
 * wait; an error that nobody caught is logged with what was being served, drains too, and ends it with 1.
 */
function superviseProcess(service: RunningService): void {
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
