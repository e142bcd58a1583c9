// Starts the measured service: the production build, on its own core.
import { startServer } from '../harness/processes.mjs'
import { upstreamSettings } from '../harness/service-settings.mjs'

/**
 * @param options the options for {@link upstreamSettings}, and the process's core, port, Node.js options and
 * environment variables
 */
export function startService({ main, core, port, nodeOptions = [], moreEnv = {}, ...options }) {
  const env = { ...upstreamSettings(options), ...moreEnv }
  return startServer([process.execPath, ...nodeOptions, main], { env, core, port })
}
