import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Certificate } from '../certificate.ts'
import { freePort } from '../free-port.ts'

const PASSWORD = 'a-password-of-redis'

/** Debian's redis-server on a free port of this machine, with a password and nothing on disk. */
export interface RedisServer {
  readonly url: string
  readonly password: string
  start(): Promise<void>
  /** Kills the process immediately: it neither responds nor closes its connections cleanly. */
  kill(): Promise<void>
  /** Suspends the process: its connections stay open and the kernel accepts data, but no response arrives. */
  hang(): void
  resume(): void
}

/** @param certificate for TLS only; clients need no certificate */
export async function startRedis(certificate?: Certificate): Promise<RedisServer> {
  const port = await freePort()
  let child: ChildProcess | undefined
  const server: RedisServer = {
    url: `${certificate ? 'rediss' : 'redis'}://:${PASSWORD}@127.0.0.1:${port}`,
    password: PASSWORD,
    async start() {
      const ports = certificate ? { port: 0, 'tls-port': port, ...tlsOptions(certificate) } : { port }
      const options = { ...ports, bind: '127.0.0.1', save: '', appendonly: 'no', requirepass: PASSWORD }
      const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
      const started = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] })
      child = started
      for await (const line of createInterface(started.stdout)) {
        if (line.includes('Ready to accept connections')) break
      }
      started.stdout.resume()
      if (started.exitCode !== null) throw new Error('redis-server did not start')
    },
    async kill() {
      if (child === undefined) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      child = undefined
    },
    hang: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
  }
  await server.start()
  return server
}

function tlsOptions({ keyPath, certPath }: Certificate) {
  return {
    'tls-cert-file': certPath,
    'tls-key-file': keyPath,
    'tls-ca-cert-file': certPath,
    'tls-auth-clients': 'no',
  }
}
