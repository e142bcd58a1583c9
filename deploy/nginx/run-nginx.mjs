// Runs nginx on this machine with a configuration from this folder, in front of replicas.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../load/harness/free-port.mjs'

/** @param ports the ports of the replicas on 127.0.0.1: two, or one for own-host.conf */
export async function startNginx(ports, file = 'guest-bff.conf') {
  const folder = mkdtempSync(join(tmpdir(), 'guest-bff-nginx-'))
  const port = await freePort()
  const site = readFileSync(join(import.meta.dirname, file), 'utf8')
    .replace(/127\.0\.0\.1:300[01]/g, `127.0.0.1:${ports[0]}`)
    .replace('127.0.0.1:3002', `127.0.0.1:${ports[1]}`)
    .replace(/listen (8080|443 ssl http2)/, `listen 127.0.0.1:${port}`)
    .replace(/^ *ssl_.*$/gm, '')
  writeFileSync(join(folder, 'site.conf'), site)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${folder}/${kind};`)
    .join(' ')
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr;
events { worker_connections 4096; }
http { access_log off; ${temporary} include ${folder}/site.conf; }`,
  )
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], {
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk) => (said += chunk))
  const url = `http://127.0.0.1:${port}`
  // nginx does not report that it is ready; its configuration responds to /metrics without a replica.
  for (let tries = 0; ; tries++) {
    if (child.exitCode !== null || tries > 100) throw new Error(`nginx did not start: ${said}`)
    if (await fetch(`${url}/metrics`).catch(() => undefined)) break
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return {
    url,
    port,
    /** What nginx has written to its error log. */
    errors: () => said,
    async stop() {
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'exit')
      rmSync(folder, { recursive: true })
    },
  }
}
