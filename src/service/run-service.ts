import { setTimeout as pause } from 'node:timers/promises'
import type { Express } from 'express'
import { ConfigError, type Config } from './settings/config.ts'
import { addressGroup } from './middleware/client-address.ts'
import { RequestError } from './errors/request-error.ts'
import { toProblem } from './problems/problem.ts'
import {
  startServer,
  type ConnectionProblemCode,
  type ListenOptions,
  type RawResponse,
} from './http-server/http-server.ts'
import type { Log } from './observability/log.ts'
import { createGuestBff, type GuestBffOptions } from './guest-bff.ts'

export interface RunningService {
  readonly port: number
  readonly url: string
  /** The address of the management port; undefined without one. */
  readonly managementUrl: string | undefined
  readonly log: Log
  /** Reads the settings files again; undefined if there are none. */
  readonly reload?: (() => void) | undefined
  /** The number of requests that are being served. */
  requestsInFlight(): number
  /**
   * Reports that the service is not ready, keeps serving for `DRAIN_DELAY_MS`, then asks pages with event streams to reconnect,
   * and gives open requests `DRAIN_MS` to complete. A second call waits for the first.
   */
  stop(): Promise<void>
  /** The longest time that {@link stop} can take. */
  readonly stopTimeoutMs: number
}

/** Creates the service and starts to listen. @throws if a port cannot be used */
export async function startService(config: Config, options: GuestBffOptions = {}): Promise<RunningService> {
  const bff = createGuestBff(config, options)
  await bff.started
  const { host, managementPort, drainDelayMs, drainMs } = config
  const listen = {
    host,
    requestTimeoutMs: config.limits.requestTimeoutMs,
    errorResponse: (code: ConnectionProblemCode) => rawResponse(code, config),
  }
  const listenOn = async (variable: string, app: Express, port: number, limits?: ConnectionLimits) => {
    try {
      return await startServer(app, { ...listen, ...limits, port })
    } catch (error) {
      await bff.close()
      throw listenProblem(error, variable, port, host)
    }
  }
  const server = await listenOn('PORT', bff.app, config.port, {
    maxConnections: maxConnections(),
    clientOf: config.trustProxy === 0 ? addressGroup : undefined,
    onDropped: () => bff.noteDroppedConnection(),
  })
  const startManagement = (port: number) =>
    listenOn('MANAGEMENT_PORT', bff.managementApp, port).catch(async (error: unknown) => {
      await server.stop(0)
      throw error
    })
  const management = managementPort === undefined ? undefined : await startManagement(managementPort)
  // If there are several sites, each has its own driver and deployment.
  const { guestApi, deploymentId } = config.sites ? {} : config.genesys
  const { url, port } = server
  bff.log.info({ url, port, managementPort: management?.port, guestApi, deploymentId }, 'listening')
  // Checked at startup, so that an operator sees a failure before the first guest does.
  void bff.readiness.report().then(({ checks }) => {
    for (const { name, site, ok, essential, code, hint } of checks) {
      if (ok) continue
      if (essential) bff.log.error({ site, operation: name, code, hint }, 'not ready')
      else bff.log.warn({ site, operation: name, code, hint }, 'degraded')
    }
  })

  async function stop(): Promise<void> {
    bff.startDraining()
    if (drainDelayMs > 0) await pause(drainDelayMs)
    const serverStopped = server.stop(drainMs)
    // Only after the listener has closed: pages that reconnect immediately must not reach this replica again.
    bff.drain()
    await serverStopped
    await bff.close()
    await management?.stop(0)
  }
  let stopped: Promise<void> | undefined
  return {
    port: server.port,
    url: server.url,
    managementUrl: management?.url,
    log: bff.log,
    reload: bff.reload,
    requestsInFlight: () => bff.requestsInFlight,
    stop: () => (stopped ??= stop()),
    stopTimeoutMs: drainDelayMs + drainMs,
  }
}

type ConnectionLimits = Pick<ListenOptions, 'maxConnections' | 'clientOf' | 'onDropped'>

/**
 * A third of the files that the process can open: each guest with an event stream needs a connection to this process
 * and one to Genesys. The last third is for requests to Genesys, the management port and the process itself.
 */
function maxConnections(): number | undefined {
  const { userLimits } = process.report.getReport() as {
    readonly userLimits?: { readonly open_files?: { readonly soft?: number | string } }
  }
  const files = Number(userLimits?.open_files?.soft)
  return Number.isFinite(files) ? Math.floor(files / 3) : undefined
}

/** An error that explains why the service cannot listen, and names the setting to change. */
function listenProblem(cause: unknown, variable: string, port: number, host: string): unknown {
  switch ((cause as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new Error(
        `${variable} ${port} is in use: choose another port, or stop the program that uses it.`,
        { cause },
      )
    case 'EACCES':
      return new Error(`${variable} ${port} is not permitted for this user: choose a port above 1023.`, {
        cause,
      })
    case 'ENOTFOUND':
    case 'EADDRNOTAVAIL':
      return new ConfigError([`HOST ${host} is not an address of this machine; 0.0.0.0 means all addresses`])
    default:
      return cause
  }
}

/** The response to a request that never reaches the application. */
function rawResponse(code: ConnectionProblemCode, { publicUrl, problemHints }: Config): RawResponse {
  const problem = toProblem(new RequestError(code, 'This request cannot be served.'), {
    publicUrl,
    hints: problemHints,
  })
  return { ...problem, body: JSON.stringify(problem.body) }
}
