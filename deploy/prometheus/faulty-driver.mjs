// The service with a driver that has an error of its own: what an application that brings its driver may run.
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
