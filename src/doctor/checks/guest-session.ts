import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Limits, OutgoingFile } from '../../service/genesys/guest-api.ts'
import { UpstreamError } from '../../service/errors/upstream-error.ts'
import { failed, listed, ok, originsOf, skipped, type Check, type Finding } from '../check.ts'
import { openGuestSocket } from '../guest-socket-probe.ts'

const TEST_TEXT = 'This is a connection test. No reply is needed.'

/** Genesys' matching rule for allowed domains is unknown, so each origin is tried. */
const guestSocket: Check = {
  name: 'guest socket',
  needs: ['deployment', 'allowed domains'],
  async run(context) {
    if (context.genesys.guestApi.name !== 'web-messaging') return skipped('this guest API has none')
    const origins = originsOf(context.config)
    const refused: { origin: string; error: UpstreamError }[] = []
    for (const origin of origins) {
      const socket = await openGuestSocket(context, origin)
      socket.close()
      if (socket.error) refused.push({ origin, error: socket.error })
    }
    const [first] = refused
    if (!first) return ok(`Genesys accepts connections from ${listed(origins)}`)
    if (first.error.facts.status === undefined) throw first.error
    return failed(
      `Genesys refused connections from ${listed(refused.map(({ origin }) => origin))} (HTTP ${first.error.facts.status})`,
      first.error.facts.hint,
    )
  },
}

const guestSession: Check = {
  name: 'guest session',
  needs: ['guest socket'],
  async run(context) {
    const { genesys, newDeadline, learned, send, answers } = context
    const { guestApi } = genesys
    if (guestApi.name !== 'web-messaging' && !send)
      return skipped('opening one may start a conversation: use --send to try')
    const [origin] = originsOf(context.config)
    const request = { origin, attributes: {}, withoutConversation: !send }
    const opened = await guestApi.open(request, newDeadline()).catch((error: unknown) => {
      if (!(error instanceof UpstreamError) || answers.refusal === undefined) throw error
      const message = `${error.message}. Genesys says: “${answers.refusal}”`
      throw new UpstreamError(error.code, message, error.facts)
    })
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
      return skipped("off: the deployment's supported content profile accepts none")
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
    return ok(`a file was uploaded to ${answers.storageHost ?? 'the object store'} and deleted`)
  },
}

function storageFix(host: string | undefined, fileHosts: readonly string[]): string | undefined {
  if (host === undefined) return undefined
  if (fileHosts.length > 0)
    return `GENESYS_FILE_HOSTS must name ${host}, and this machine must reach it over https.`
  return `This machine must reach ${host} over https, or through HTTPS_PROXY.`
}

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=',
  'base64',
)

/** A picture of one pixel, or a text file if pictures are not accepted. */
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
    if (!send) return skipped('an agent would see it: use --send to send one')
    const { guestApi } = genesys
    if (!guestApi.send || !learned.guest) return skipped('this guest API has none')
    await guestApi.send(learned.guest, { text: TEST_TEXT, tracingId: randomUUID() }, newDeadline())
    const isWritten = await guestApi.setAttributes?.(
      learned.guest,
      { 'custom.test': 'doctor' },
      newDeadline(),
    )
    // Records for the report whether the history returns the metadata.
    await guestApi.history?.(learned.guest, { pageSize: 25, pageNumber: 1 }, newDeadline())
    const attributes = isWritten
      ? 'attributes are written immediately'
      : 'attributes go with the next message'
    if (!guestApi.end || learned.deployment?.features?.end === false)
      return ok(`sent; ${attributes}; the conversation stays open, because guests cannot end it`)
    await guestApi.end(learned.guest, newDeadline())
    return ok(`sent; ${attributes}; the conversation was ended`)
  },
}

/** Genesys: a message to a guest without a connection is a delivery failure for the agent. */
const delivery: Check = {
  name: 'delivery',
  needs: ['guest session'],
  run({ config, genesys }) {
    if (genesys.guestApi.name !== 'web-messaging') return skipped('this guest API keeps no connections')
    const seconds = config.genesys.connectionIdleMs / 1000
    return ok(
      `agents see a delivery failure for messages that they send more than ${seconds} s (GENESYS_CONNECTION_IDLE_S) after the guest's page was closed, and workflows may e-mail the guest`,
    )
  },
}

export const SESSION_CHECKS: readonly Check[] = [guestSocket, guestSession, history, files, message, delivery]
