import { setTimeout as pause } from 'node:timers/promises'
import { ConfigError } from './settings/config.ts'
import { readConfigFromEnvironment } from './settings/read-config.ts'
import { startService, type RunningService } from './run-service.ts'
import { stopOnSignal } from '../stop-on-signal.ts'

/** sysexits.h, EX_CONFIG: the settings are wrong, and a restart would not help. */
const EX_CONFIG = 78

/** Added to the time for draining. When both have passed, the process exits even if something hangs. */
const EXIT_GRACE_MS = 2000

try {
  superviseProcess(await startService(readConfigFromEnvironment()))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : 'The service could not start.'}\n`)
  process.exitCode = error instanceof ConfigError ? EX_CONFIG : 1
}

/**
 * Stops the process after a signal or an uncaught error. The first signal starts draining; a second one ends the
 * process immediately. An uncaught error is logged with the number of requests in flight; the process then drains, and
 * exits with status 1.
 */
function superviseProcess(service: RunningService): void {
  const stop = () => Promise.race([service.stop(), pause(service.stopTimeoutMs + EXIT_GRACE_MS)])
  stopOnSignal(async (signal) => {
    service.log.info({ signal }, 'stopping')
    await stop()
    service.log.info({ signal }, 'stopped')
  })
  const { reload } = service
  // Without settings files, SIGHUP keeps its default effect: it ends the process when its terminal is closed.
  if (reload) process.on('SIGHUP', reload)
  const fail = (err: unknown, origin: string) => {
    const reason = `${origin} with ${service.requestsInFlight()} requests in flight`
    service.log.error({ err, reason }, 'stopping after an uncaught error')
    void stop().finally(() => process.exit(1))
  }
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', (reason) => fail(reason, 'unhandledRejection'))
}
