import { ConfigError, readConfigFromEnvironment } from './config.ts'
import { superviseProcess } from './process-lifecycle.ts'
import { startService } from './run-service.ts'

/** sysexits.h, EX_CONFIG: the settings are at fault, and a restart won't help. */
const EX_CONFIG = 78

try {
  superviseProcess(await startService(readConfigFromEnvironment()))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : 'The service could not start.'}\n`)
  process.exitCode = error instanceof ConfigError ? EX_CONFIG : 1
}
