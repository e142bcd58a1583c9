// An application that embeds the service and does not exit explicitly: the process ends when no socket or timer is
// open.
import { readConfigFromEnvironment, startService } from '../../../dist/index.js'

const LEFT_AFTER_MS = 3000

const service = await startService(readConfigFromEnvironment())
process.once('SIGTERM', async () => {
  await service.stop()
  setTimeout(() => {
    process.stdout.write(`still open: ${process.getActiveResourcesInfo().join(', ')}\n`)
  }, LEFT_AFTER_MS).unref()
})
