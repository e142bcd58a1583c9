import { ConfigError, readConfigFromEnvironment } from './config.ts'
import { startService } from './run-service.ts'
import { stopOnSignal } from './stop-on-signal.ts'

/** sysexits.h, EX_CONFIG: the settings are at fault, and a restart won't help. */
const EX_CONFIG = 78

try {
  const service = await startService(readConfigFromEnvironment())
  stopOnSignal((signal) => {
    service.log.info({ signal }, 'stopping')
    return service.stop()
  })
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : 'The service could not start.'}\n`)
  process.exitCode = error instanceof ConfigError ? EX_CONFIG : 1
}
