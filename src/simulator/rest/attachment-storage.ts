import { type Request, type Response, Router } from 'express'
import { type Attachment, type Attachments, STORAGE_PATH } from '../conversation/attachments.ts'
import { httpBaseOf } from '../base-url.ts'
import { pushed } from '../socket/payloads.ts'
import type { Settings } from '../settings.ts'

/**
 * The object store: accepts a file at a signed address, with exactly the headers that were issued with the
 * address, and serves the file.
 */
export function attachmentStorage(settings: Settings, attachments: Attachments): Router {
  const router = Router()

  router.put(`${STORAGE_PATH}/:id/:fileName`, async (req, res) => {
    const attachment = addressed(req, 'PUT')
    if (!attachment || !hasHeaders(req, attachment)) {
      deny(res, 403, 'SignatureDoesNotMatch')
      return
    }
    // Object stores refuse a second credential in addition to the signature: a client must not send its
    // bearer token here.
    if (req.get('authorization') !== undefined) {
      deny(res, 400, 'InvalidArgument')
      return
    }
    const bytes = await readBody(req, settings.limits.fileBytes)
    res.status(200).end()
    settle(attachment, bytes, httpBaseOf(req, settings))
  })

  router.get(`${STORAGE_PATH}/:id/:fileName`, (req, res) => {
    const attachment = addressed(req, 'GET')
    if (!attachment) {
      deny(res, 403, 'AccessDenied')
      return
    }
    res.type(attachment.fileType).attachment(attachment.fileName).send(attachment.bytes)
  })

  function addressed(req: Request, method: 'GET' | 'PUT'): Attachment | undefined {
    const { expires = '', signature = '' } = req.query as Record<string, string>
    return attachments.at(String(req.params.id), method, { expires, signature })
  }

  /** The platform checks a file after it has been stored, and notifies the guest on the socket. */
  function settle(attachment: Attachment, bytes: Buffer | 'too large', baseUrl: string): void {
    const attachmentId = attachment.id
    const timestamp = new Date(settings.now()).toISOString()
    if (bytes !== 'too large' && bytes.length > 0) {
      attachments.store(attachment, bytes)
      const downloadUrl = attachments.address(attachment, 'GET', baseUrl)
      attachment.session.push(pushed('UploadSuccessEvent', { attachmentId, downloadUrl, timestamp }))
      return
    }
    attachment.state = 'refused'
    const [errorCode, errorMessage] =
      bytes === 'too large' ? [4002, 'File size is too large'] : [4102, 'File size must not be zero']
    const body = { attachmentId, errorCode, errorMessage, timestamp }
    attachment.session.push(pushed('UploadFailureEvent', body))
  }

  return router
}

function hasHeaders(req: Request, { headers }: Attachment): boolean {
  return Object.entries(headers).every(([name, value]) => req.get(name) === value)
}

/** Always reads to the end, but stores no more than is allowed. */
async function readBody(req: Request, maxBytes: number): Promise<Buffer | 'too large'> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= maxBytes) chunks.push(chunk)
  }
  return size > maxBytes ? 'too large' : Buffer.concat(chunks)
}

function deny(res: Response, status: number, code: string): void {
  res.status(status).type('application/xml').send(`<Error><Code>${code}</Code></Error>`)
}
