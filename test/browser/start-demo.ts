import { randomBytes } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import express from 'express'
import { readConfig } from '../../src/service/settings/read-config.ts'
import { createWebsite, createWebsiteSignIn } from '../../src/demo/website.ts'
import { createLog } from '../../src/service/observability/log.ts'
import { createGuestBff } from '../../src/service/guest-bff.ts'
import { startSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/simulator.ts'
import { genesysUrls } from '../service-settings.ts'

export interface Demo {
  /** The address of the service, without a slash at the end. */
  readonly url: string
  readonly simulator: Simulator
  /** Another website that the service allows: an empty page, and the example under `/example/`. */
  readonly allowedSite: string
  /** Adds a page to the allowed website. @returns its address */
  publish(html: string): string
  /** A website that the service does not allow. */
  readonly foreignSite: string
  /** The requests that the service has received, each in the form `POST /messages`. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

export interface DemoOptions {
  readonly simulator?: SimulatorOptions
  /** Further settings for the service. */
  readonly env?: Record<string, string> | ((simulator: Simulator) => Record<string, string>)
  /** The current time for the service and the simulator. */
  readonly now?: () => number
  /** The path at which the service is mounted in another app. Default: the root. */
  readonly prefix?: string
}

/** The service, the simulator in Genesys' place, and two other websites, all on free ports on this machine. */
export async function startDemo({
  simulator: settings,
  env,
  now,
  prefix = '',
}: DemoOptions = {}): Promise<Demo> {
  const simulator = await startSimulator({
    limits: false,
    agentDelayMs: 400,
    ...(now && { now }),
    ...settings,
  })
  const requests: string[] = []
  const outer = express()
  const server = await listen(outer)
  const origin = `http://127.0.0.1:${portOf(server)}`
  let published = ''
  const allowed = await listen(emptySite().get('/page', (_req, res) => void res.type('html').send(published)))
  const foreign = await listen(emptySite())
  const allowedSite = `http://localhost:${portOf(allowed)}`

  const signIn = await createWebsiteSignIn()
  const config = readConfig({
    ...signIn.settings,
    PORT: String(portOf(server)),
    HOST: '127.0.0.1',
    LOG_LEVEL: 'silent',
    ALLOWED_ORIGINS: `${origin},${allowedSite}`,
    GENESYS_DEPLOYMENT_ID: simulator.deploymentId,
    GENESYS_ORGANIZATION_ID: simulator.organizationId,
    ...genesysUrls(simulator),
    GENESYS_CLIENT_ID: simulator.clientId,
    GENESYS_CLIENT_SECRET: simulator.clientSecret,
    SESSION_KEYS: randomBytes(32).toString('base64'),
    DEMO: 'on',
    ...(typeof env === 'function' ? env(simulator) : env),
  })
  const bff = createGuestBff(config, { log: createLog({ level: 'silent' }), ...(now && { now }) })
  outer.use((req, _res, next) => {
    requests.push(`${req.method} ${req.path}`)
    next()
  })
  outer.use(prefix === '' ? '/' : prefix, createWebsite({ bff: bff.app, signIn, simulator }))

  return {
    url: origin + prefix,
    simulator,
    allowedSite,
    publish(html) {
      published = html
      return `${allowedSite}/page`
    },
    foreignSite: `http://localhost:${portOf(foreign)}`,
    requests,
    async close() {
      await bff.close()
      await Promise.all([server, allowed, foreign].map(stop))
      await simulator.close()
    },
  }
}

const example = fileURLToPath(new URL('../../examples/static-html/', import.meta.url))

function emptySite(): express.Express {
  const site = express()
  site.use('/example', express.static(example))
  site.get(
    '/',
    (_req, res) => void res.type('html').send('<!doctype html><title>A website</title><p>Hello.</p>'),
  )
  return site
}

async function listen(app: express.Express): Promise<http.Server> {
  const server = http.createServer(app as unknown as http.RequestListener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

function portOf(server: http.Server): number {
  return (server.address() as AddressInfo).port
}

async function stop(server: http.Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}
