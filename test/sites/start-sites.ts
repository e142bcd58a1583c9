import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../src/service/settings/read-config.ts'
import type { GuestBffOptions } from '../../src/service/guest-bff.ts'
import { createLog } from '../../src/service/observability/log.ts'
import { startService, type RunningService } from '../../src/service/run-service.ts'
import type { SimulatorOptions } from '../../src/simulator/settings.ts'
import { startSimulator, type Simulator } from '../../src/simulator/simulator.ts'
import { genesysUrls } from '../service-settings.ts'

export const SHOP = 'https://shop.example.com'
export const BANK = 'https://bank.example.net'

/** A service with two sites, each with its own simulator: one with web messaging, one with a REST guest API. */
export interface RunningSites {
  readonly url: string
  readonly service: RunningService
  readonly shop: Simulator
  readonly bank: Simulator
  readonly logLines: string[]
  /** The sites as in the file; a test may change them and write the file. */
  readonly sites: { shop: SiteInFile; bank: SiteInFile } & Record<string, SiteInFile>
  /** Replaces the file atomically. */
  write(content?: string | object): void
  /** Replaces the file, and makes the service read it again. */
  reload(content?: string | object): void
  stop(): Promise<void>
}

export type SiteInFile = Record<string, unknown> & { ALLOWED_ORIGINS: string[] }

const BANK_SECRET = 'canary-secret-of-the-bank'

export async function startSites(
  settings: Readonly<Record<string, string>> = {},
  more: { readonly shop?: SimulatorOptions; readonly options?: GuestBffOptions } = {},
): Promise<RunningSites> {
  const folder = mkdtempSync(join(tmpdir(), 'sites-'))
  const file = join(folder, 'sites.json')
  const shop = await startSimulator({ agent: 'silent', ...more.shop })
  const bank = await startSimulator({ agent: 'silent', restGuestApis: true, clientSecret: BANK_SECRET })
  writeFileSync(join(folder, 'bank-secret'), BANK_SECRET)
  const sites: RunningSites['sites'] = {
    shop: {
      ALLOWED_ORIGINS: [SHOP],
      PUBLIC_URL: 'https://chat.shop.example.com',
      GENESYS_DEPLOYMENT_ID: shop.deploymentId,
      ...genesysUrls(shop),
    },
    bank: {
      ALLOWED_ORIGINS: [BANK],
      GENESYS_GUEST_API: 'external-guests',
      GENESYS_DEPLOYMENT_ID: bank.deploymentId,
      ...genesysUrls(bank),
      GENESYS_CLIENT_ID: bank.clientId,
      GENESYS_CLIENT_SECRET_FILE: 'bank-secret',
      ATTRIBUTES_OPEN: ['account.*'],
    },
  }
  const write = (content: string | object = { sites }) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content, null, 2)
    writeFileSync(`${file}.next`, text)
    renameSync(`${file}.next`, file)
  }
  write()
  const logLines: string[] = []
  const variables = {
    PORT: '0',
    HOST: '127.0.0.1',
    SITES_FILE: file,
    UPSTREAM_TIMEOUT_MS: '3000',
    DRAIN_MS: '20',
    ...settings,
  }
  const service = await startService(readConfig(variables), {
    log: createLog({ level: 'trace', destination: { write: (line) => void logLines.push(line) } }),
    ...more.options,
  })
  return {
    url: service.url,
    service,
    shop,
    bank,
    logLines,
    sites,
    write,
    reload(content) {
      write(content)
      service.reload?.()
    },
    async stop() {
      await service.stop()
      await shop.close()
      await bank.close()
      rmSync(folder, { recursive: true })
    },
  }
}
