// An application with the service in it, which does not end itself: its process ends when neither a socket nor a timer is left.
import { readConfigFromEnvironment, startService } from '../../../dist/index.js'

const LEFT_AFTER_MS = 3000

const service = await startService(readConfigFromEnvironment())
process.once('SIGTERM', async () => {
  await service.stop()
  setTimeout(() => {
    process.stdout.write(`still open: ${process.getActiveResourcesInfo().join(', ')}\n`)
  }, LEFT_AFTER_MS).unref()
})
