// The measured service as it runs in production: built, and on its own core.
import { startServer } from '../harness/processes.mjs'
import { upstreamSettings } from '../harness/service-settings.mjs'

/** @param options those of {@link upstreamSettings}, the service's core and port, and further options and variables */
export function startService({ main, core, port, nodeOptions = [], moreEnv = {}, ...options }) {
  const env = { ...upstreamSettings(options), ...moreEnv }
  return startServer([process.execPath, ...nodeOptions, main], { env, core, port })
}
