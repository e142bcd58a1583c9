import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Limits, OutgoingFile } from '../../genesys/guest-api.ts'
import { UpstreamError } from '../../upstream/upstream-error.ts'
import { failed, ok, skipped, type Check, type CheckContext, type Finding } from '../check.ts'

const TEST_TEXT = 'This is a test of the connection. Nobody has to answer.'

/** A page's origin that is allowed; of a wildcard, some name below it. */
function originOf({ config }: CheckContext): string | undefined {
  return config.allowedOrigins[0]?.replace('://*.', '://www.')
}

const guestSession: Check = {
  name: 'guest session',
  needs: ['deployment', 'allowed domains'],
  async run(context) {
    const { genesys, newDeadline, learned, send } = context
    const { guestApi } = genesys
    if (guestApi.name !== 'web-messaging' && !send)
      return skipped('opening one may begin a conversation: give --send to try')
    const origin = originOf(context)
    const opened = await guestApi.open({ origin, attributes: {}, withoutConversation: !send }, newDeadline())
    learned.opened = opened
    learned.guest = { ref: opened.ref, origin }
    const { expiresAtMs, limits } = opened
    const hours =
      expiresAtMs === undefined ? undefined : Math.round((expiresAtMs - context.now()) / 3_600_000)
    const life = hours === undefined ? '' : `, can be resumed for ${hours} h`
    return ok(`opened for ${origin ?? 'no origin'}${life}; texts of at most ${limits.maxTextBytes} bytes`)
  },
}

const history: Check = {
  name: 'history',
  needs: ['guest session'],
  async run({ genesys, learned, newDeadline }) {
    if (!genesys.guestApi.history || !learned.guest) return skipped('this guest API has none')
    const page = { pageSize: 1, pageNumber: 1 }
    const { total } = await genesys.guestApi.history(learned.guest, page, newDeadline())
    return ok(`can be read: ${total} messages`)
  },
}

const files: Check = {
  name: 'files',
  needs: ['guest session'],
  async run(context) {
    const { genesys, learned, newDeadline, answers, config } = context
    const { guestApi } = genesys
    if (!guestApi.upload || !learned.guest) return skipped('this guest API has none')
    const limits = learned.opened?.limits.attachments
    if (learned.deployment?.features?.attachments === false || !limits)
      return skipped('off: the supported content profile of the deployment takes none')
    try {
      const { id } = await guestApi.upload(learned.guest, testFile(limits), newDeadline())
      await guestApi.deleteAttachment?.(learned.guest, id, newDeadline())
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      return failed(
        `a file could not be uploaded to ${answers.storageHost ?? 'the object store'}: ${error.message}`,
        [error.facts.hint, storageFix(answers.storageHost, config.genesys.fileHosts)]
          .filter(Boolean)
          .join(' '),
      )
    }
    return ok(`a file was uploaded to ${answers.storageHost ?? 'the object store'} and taken back`)
  },
}

function storageFix(host: string | undefined, fileHosts: readonly string[]): string | undefined {
  if (host === undefined) return undefined
  if (fileHosts.length > 0)
    return `GENESYS_FILE_HOSTS must name ${host}, and this machine must reach it over https.`
  return `This machine must reach ${host} over https, or by HTTPS_PROXY.`
}

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=',
  'base64',
)

/** A picture of one point, or a text where pictures are not taken. */
function testFile({ fileTypes }: NonNullable<Limits['attachments']>): OutgoingFile {
  const takesPictures = fileTypes.some((type) => ['*/*', 'image/*', 'image/png'].includes(type))
  const [fileName, contentType, bytes] = takesPictures
    ? (['test.png', 'image/png', PNG] as const)
    : (['test.txt', 'text/plain', Buffer.from('test')] as const)
  return { fileName, contentType, sizeBytes: bytes.length, body: Readable.from([bytes]) }
}

const message: Check = {
  name: 'message',
  needs: ['guest session'],
  async run({ genesys, learned, newDeadline, send }): Promise<Finding> {
    if (!send) return skipped('an agent would see it: give --send to send one')
    const { guestApi } = genesys
    if (!guestApi.send || !learned.guest) return skipped('this guest API has none')
    await guestApi.send(learned.guest, { text: TEST_TEXT, tracingId: randomUUID() }, newDeadline())
    const isWritten = await guestApi.setAttributes?.(
      learned.guest,
      { 'custom.test': 'doctor' },
      newDeadline(),
    )
    const attributes = isWritten ? 'attributes are written at once' : 'attributes go with the next message'
    if (!guestApi.end || learned.deployment?.features?.end === false)
      return ok(`sent; ${attributes}; the conversation stays open, as guests may not end it`)
    await guestApi.end(learned.guest, newDeadline())
    return ok(`sent; ${attributes}; the conversation was ended`)
  },
}

export const SESSION_CHECKS: readonly Check[] = [guestSession, history, files, message]
