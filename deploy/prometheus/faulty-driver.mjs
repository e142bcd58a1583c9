// Runs the service with a faulty driver, as an application with its own driver might.
import { readConfigFromEnvironment, startService } from '../../dist/index.js'

const deployment = { status: 'active', allowedDomains: [] }
const guestApi = {
  name: 'web-messaging',
  capabilities: new Set(['messages']),
  deployment: () => Promise.resolve(deployment),
  open: () => Promise.resolve(undefined.guest),
  close: () => Promise.resolve(),
}
const service = await startService(readConfigFromEnvironment(), { guestApi })
process.once('SIGTERM', () => void service.stop())
