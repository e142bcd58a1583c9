import { createHash } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import express, { type Response } from 'express'
import type { Message, SessionDescription } from '../../../src/browser/client/chat-client.ts'
import type { State } from './states.ts'
import { WORDS, type Words } from './words.ts'

const built = fileURLToPath(new URL('../../../dist/browser/', import.meta.url))
const { resolve } = createRequire(import.meta.url)
const FONTS = ['@fontsource/noto-sans', '@fontsource/noto-sans-arabic'].map((name) =>
  join(dirname(resolve(`${name}/package.json`)), 'files'),
)

/** Fonts under the names that the chat uses, so that every machine draws the same text. */
const FACES = [
  ...[400, 600, 700].flatMap((weight) => [
    face('Pictures', weight, `noto-sans-latin-${weight}`, 'U+0000-00FF, U+2000-20CF'),
    face('Pictures', weight, `noto-sans-arabic-arabic-${weight}`, 'U+0600-06FF, U+200C-200E'),
  ]),
  face('SFMono-Regular', 400, 'noto-sans-latin-400', 'U+0000-00FF'),
].join('\n')

export interface ScriptedService {
  readonly url: string
  /** The address of the page for this state. */
  pageUrl(state: string, language: string): string
  /** Sends an event while the page is open. */
  send(event: string, data: object): void
  close(): Promise<void>
}

/** Serves the pages of all states, with a fake service that responds with what each state needs. There is no real service or simulator. */
export async function startScriptedService(
  states: Readonly<Record<string, State>>,
): Promise<ScriptedService> {
  const app = express()
  const streams = new Set<Response>()
  let visit = 0
  let sentCount = 0
  let streamCount = 0
  let state: State = {}
  let words: Words = WORDS.en!

  app.use('/fonts', ...FONTS.map((folder) => express.static(folder)))
  app.use('/element', express.static(built))
  app.get('/page/:state/:language', (req, res) => {
    const { language } = req.params
    state = states[req.params.state]!
    words = WORDS[language]!
    visit += 1
    sentCount = streamCount = 0
    for (const stream of streams) stream.end()
    streams.clear()
    res.type('html').send(pageHtml(state, words, language, `/service/${visit}`))
  })

  const api = express.Router()
  api.get(
    '/deployment',
    (_req, res) => void res.json({ id: 'pictures', status: 'active', ...state.deployment }),
  )
  api.get('/availability', (_req, res) => void res.json(state.availability))
  api.get('/knowledge/search', (_req, res) => {
    if (state.articles === 'failing') refuse(res, 503, 'upstream_unavailable')
    else if (state.articles === 'none') res.json({ results: [] })
    else
      res.json({ results: words.articles.map(([title, excerpt], i) => ({ id: String(i), title, excerpt })) })
  })
  api.get('/knowledge/articles/:id', ({ params: { id } }, res) => {
    res.json({ id, title: words.articles[Number(id)]![0], html: words.article })
  })
  api.post('/guest-session', (_req, res) => {
    if (state.refusal !== undefined) refuse(res, 409, state.refusal)
    else res.status(201).json({ ...SESSION, ...state.session, session: 'a-session' })
  })
  api.get('/events', (_req, res) => {
    streamCount += 1
    // Sends no response, like an unreachable service.
    if (state.isCut && streamCount > 1) return
    res.type('text/event-stream')
    res.write(eventText('session', { state: 'connected' }))
    for (const [event, data] of state.events?.(words) ?? []) res.write(eventText(event, data))
    if (state.isCut) res.end()
    else streams.add(res)
  })
  api.get('/messages', (_req, res) => {
    const messages = state.messages?.(words) ?? []
    res.json({
      messages,
      pageNumber: 1,
      pageSize: 25,
      total: messages.length,
      pageCount: state.hasEarlier ? 9 : 1,
    })
  })
  api.post('/messages', express.json(), (req, res) => {
    const turns = state.sending ?? []
    const outcome = turns[sentCount++]
    if (outcome !== undefined) refuse(res, 422, outcome)
    else if (turns.length === 0)
      res.status(201).json({ ...sentMessage(req.body as { text: string }), ...(state.redacts && MASKED) })
  })
  api.post('/attachments', (req, res) => {
    req.resume()
    res
      .status(201)
      .json({ id: 'file', fileName: req.query.fileName, sizeBytes: 4, mimeType: 'application/pdf' })
  })
  api.post('/journey/events', (_req, res) => {
    const invitation = { id: 'invitation', sessionId: 'visit', actionMap: { id: 'map', version: 1 } }
    res.json({ sessionId: 'visit', invitations: [invitation], askAgainAfterSeconds: 600 })
  })
  api.post('/journey/:path', (_req, res) => void res.sendStatus(204))
  api.post('/typing', (_req, res) => void res.sendStatus(204))
  app.use('/service/:visit', api)

  const server = http.createServer(app as unknown as http.RequestListener)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    pageUrl: (name, language) => `${url}/page/${encodeURIComponent(name)}/${language}`,
    send(event, data) {
      for (const stream of streams) stream.write(eventText(event, data))
    },
    async close() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

const SESSION: SessionDescription = {
  expiresAt: '2030-01-01T00:00:00.000Z',
  guestApi: 'web-messaging',
  state: 'new',
  capabilities: ['messages', 'live-events', 'history', 'typing', 'attachments', 'end'],
  limits: {
    maxTextBytes: 4096,
    maxAttributeBytes: 2048,
    messagesPerSecond: 3,
    attachments: { maxFileSizeKB: 10_240, fileTypes: ['*/*'], blockedExtensions: [] },
  },
}

const MASKED = { redacted: [{ kind: 'card', field: 'text', start: 0, end: 19 }] }

function sentMessage({ text }: { text: string }): Message {
  const id = createHash('sha256').update(text).digest('hex')
  return { id, time: '2026-03-12T10:15:00.000Z', direction: 'inbound', type: 'text', sender: 'guest', text }
}

function refuse(res: Response, status: number, code: string): void {
  res.status(status).type('application/problem+json').json({ type: 'about:blank', title: code, status, code })
}

function eventText(event: string, data: object): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

function face(family: string, weight: number, file: string, range: string): string {
  return `@font-face { font-family: ${family}; font-weight: ${weight}; unicode-range: ${range}; src: url(/fonts/${file}-normal.woff2) }`
}

function pageHtml(state: State, words: Words, language: string, baseUrl: string): string {
  return `<!doctype html><html lang="${language}"${language === 'ar' ? ' dir="rtl"' : ''}>
    <meta name="viewport" content="width=device-width"><title>Shop</title>
    <style>${FACES}
      html { color-scheme: light dark; background: light-dark(#f7f5f1, #0d0e11) }
      genesys-guest-chat { --guest-chat-font: Pictures }
    </style>
    <genesys-guest-chat base-url="${baseUrl}" side="right" ${state.isClosed ? '' : 'open'} ${state.attributes ?? ''}>${state.children?.(words) ?? ''}</genesys-guest-chat>
    <script type="module" src="/element/guest-chat.js"></script></html>`
}
