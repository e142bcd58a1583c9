import type { Config } from './config.ts'
import { startServer } from './server/http-server.ts'
import type { Log } from './log.ts'
import { createGuestBff, type GuestBffOptions } from './service.ts'

export interface RunningService {
  readonly port: number
  readonly url: string
  readonly log: Log
  /** Lets requests end, sends pages with a live stream away, and is done within `DRAIN_MS` and a second. */
  stop(): Promise<void>
}

/** Builds the service and listens. @throws when a port is in use */
export async function startService(config: Config, options: GuestBffOptions = {}): Promise<RunningService> {
  const bff = createGuestBff(config, options)
  const { port, host, metricsPort } = config
  const { requestTimeoutMs } = config.limits
  const server = await startServer(bff.app, { port, host, requestTimeoutMs })
  const startMetrics = async (port: number) => {
    try {
      return await startServer(bff.metricsApp, { port, host, requestTimeoutMs })
    } catch (error) {
      await server.stop(0)
      await bff.close()
      throw error
    }
  }
  const metricsServer = metricsPort === undefined ? undefined : await startMetrics(metricsPort)
  bff.log.info(
    { url: server.url, guestApi: config.genesys.guestApi, deploymentId: config.genesys.deploymentId },
    'listening',
  )
  // The first guest should not be the one who finds out.
  void bff.readiness.checks().then((checks) => {
    for (const { name, ok, code, hint } of checks)
      if (!ok) bff.log.error({ operation: name, code, hint }, 'not ready')
  })
  return {
    port: server.port,
    url: server.url,
    log: bff.log,
    async stop() {
      bff.drain()
      await Promise.all([server.stop(config.drainMs), metricsServer?.stop(0)])
      await bff.close()
    },
  }
}
