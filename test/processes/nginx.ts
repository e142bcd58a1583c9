import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../free-port.ts'

const SITE_CONF = fileURLToPath(new URL('../../deploy/nginx/guest-bff.conf', import.meta.url))

export const hasNginx = spawnSync('nginx', ['-v']).error === undefined

/** nginx with the configuration that we ship, in front of two replicas on this machine. */
export interface Nginx {
  readonly url: string
  stop(): Promise<void>
}

export async function startNginx(ports: readonly [number, number]): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'guest-bff-nginx-'))
  const port = await freePort()
  const site = (await readFile(SITE_CONF, 'utf8'))
    .replace('127.0.0.1:3001', `127.0.0.1:${ports[0]}`)
    .replace('127.0.0.1:3002', `127.0.0.1:${ports[1]}`)
    .replace('listen 8080', `listen 127.0.0.1:${port}`)
  await writeFile(join(folder, 'site.conf'), site)
  await writeFile(join(folder, 'nginx.conf'), mainConf(folder))
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}`
  // nginx prints nothing when it is ready; its own configuration responds to /metrics.
  while (child.exitCode === null && !(await fetch(`${url}/metrics`).catch(() => undefined)));
  if (child.exitCode !== null) throw new Error('nginx did not start')
  return {
    url,
    async stop() {
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'exit')
      await rm(folder, { recursive: true })
    },
  }
}

function mainConf(folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${folder}/${kind};`)
    .join(' ')
  return `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log; events {}
http { access_log off; ${temporary} include ${folder}/site.conf; }`
}
