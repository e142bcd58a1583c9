import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import net, { type AddressInfo, type Server } from 'node:net'
import { finished } from 'node:stream/promises'
import tls from 'node:tls'
import { fileURLToPath } from 'node:url'
import { startSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/simulator.ts'
import { genesysUrls } from '../service-settings.ts'

export const SESSION_KEY = Buffer.from('canary-session-key-32-bytes-long').toString('base64')
export const CLIENT_SECRET = 'canary-client-secret-4711'

/** Certificates of a test authority that no machine trusts, for the names of Genesys' hosts and `localhost`. */
export const CERTIFICATES = fileURLToPath(new URL('certificates/', import.meta.url))

/** A simulator that works and matches the settings below. */
export async function startGoodGenesys(options: SimulatorOptions = {}): Promise<Simulator> {
  return startSimulator({
    agent: 'silent',
    clientSecret: CLIENT_SECRET,
    allowedDomains: ['example.com'],
    ...options,
  })
}

export function goodSettings(genesys: Simulator): Record<string, string> {
  return {
    PORT: '0',
    HOST: '127.0.0.1',
    ALLOWED_ORIGINS: 'https://www.example.com',
    GENESYS_DEPLOYMENT_ID: genesys.deploymentId,
    GENESYS_CLIENT_ID: genesys.clientId,
    GENESYS_CLIENT_SECRET: genesys.clientSecret,
    ...genesysUrls(genesys),
    SESSION_KEYS: SESSION_KEY,
    UPSTREAM_TIMEOUT_MS: '3000',
  }
}

/** What a test has started, to be stopped after it. */
export type Started = (() => unknown)[]

async function portOf(server: Server, started: Started): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  started.push(() => server.close())
  return (server.address() as AddressInfo).port
}

/** Terminates TLS in front of an address. */
export async function startTls(target: string, started: Started): Promise<number> {
  const server = tls.createServer(
    {
      key: readFileSync(`${CERTIFICATES}server-key.pem`),
      cert: readFileSync(`${CERTIFICATES}server.pem`),
    },
    (socket) => {
      const other = net.connect(Number(new URL(target).port), '127.0.0.1')
      socket.pipe(other).pipe(socket)
      for (const [one, two] of [
        [socket, other],
        [other, socket],
      ] as const)
        void finished(one).catch(() => two.destroy())
    },
  )
  return portOf(server, started)
}

/** Lower than the ports that the system assigns automatically, so that no other test gets this port. */
export const PORT_WITHOUT_LISTENER = 1024

/** Sends the same response to every request. */
export async function startAnswer(body: string, started: Started, status = 200): Promise<string> {
  const server = http.createServer((_req, res) => res.writeHead(status).end(body))
  return `http://127.0.0.1:${await portOf(server, started)}`
}

/** A reverse proxy that forwards the client's address, as nginx and load balancers do. */
export async function startReverseProxy(
  target: () => string,
  started: Started,
  {
    forwardedFor = (given) => [given, '192.0.2.1'].filter(Boolean).join(', '),
    isHidden = () => false,
  }: {
    readonly forwardedFor?: (given: string | undefined) => string
    readonly isHidden?: ((path: string) => boolean) | undefined
  } = {},
): Promise<string> {
  const server = http.createServer((req, res) => {
    if (isHidden(req.url ?? '')) return void res.writeHead(404).end()
    const headers = { ...req.headers, host: new URL(target()).host }
    const given = req.headers['x-forwarded-for']
    const forwarded = http.request(
      target() + (req.url ?? ''),
      { method: req.method, headers: { ...headers, 'x-forwarded-for': forwardedFor(given?.toString()) } },
      (answer) => {
        res.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(res)
      },
    )
    req.pipe(forwarded)
  })
  return `http://127.0.0.1:${await portOf(server, started)}`
}
