import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A self-signed certificate for `localhost` and 127.0.0.1 that is valid for one day. */
export interface Certificate {
  readonly key: Buffer
  readonly cert: Buffer
  readonly keyPath: string
  /** The value of `NODE_EXTRA_CA_CERTS` for a process that must trust it. */
  readonly certPath: string
  remove(): void
}

export function makeCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'))
  const [keyPath, certPath] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const made = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-keyout', keyPath, '-out', certPath]
  execFileSync('openssl', ['req', ...made, ...subject], { stdio: 'ignore' })
  return {
    key: readFileSync(keyPath),
    cert: readFileSync(certPath),
    keyPath,
    certPath,
    remove: () => rmSync(folder, { recursive: true }),
  }
}
