// nginx as a proxy with kept-alive upstream connections: the upper bound for native code.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../harness/free-port.mjs'
import { startServer } from '../../harness/processes.mjs'

export function nginxVersion() {
  const { stderr, status } = spawnSync('nginx', ['-v'], { encoding: 'utf8' })
  return status === 0 ? stderr.trim().split('/').at(-1) : undefined
}

export async function startNginx(upstreamPort) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-nginx-'))
  const port = await freePort()
  const file = join(folder, 'nginx.conf')
  writeFileSync(
    file,
    `worker_processes 1; master_process off; daemon off; pid ${folder}/pid; error_log /dev/null;
    events { worker_connections 4096; }
    http {
      access_log off;
      client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder};
      uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
      upstream genesys { server 127.0.0.1:${upstreamPort}; keepalive 512; }
      server {
        listen 127.0.0.1:${port};
        keepalive_requests 10000000;
        location / { proxy_pass http://genesys; proxy_http_version 1.1; proxy_set_header Connection ""; }
      }
    }`,
  )
  return startServer(['nginx', '-c', file, '-p', folder], { port })
}
