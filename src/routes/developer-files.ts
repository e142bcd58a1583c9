import { basename, join } from 'node:path'
import express, { type Request, type RequestHandler, type Response, Router } from 'express'

export interface DeveloperFilesOptions {
  /** Where the build has put `browser/` (the client, the chat, the demo) and `docs/` (the page that tries the API). */
  readonly builtFolder: string
  /** The OpenAPI document for a mount path. */
  readonly openApiJson: (mountPath: string) => Promise<string>
  readonly docs: boolean
  readonly demo: boolean
}

const HOUR = 'public, max-age=3600'
/** What the chat loads when it needs it, a language for instance; the name changes with what is in it. */
const LAZY_FILE = /^\/guest-chat-[\w-]+\.js$/
const FOR_GOOD = 'public, max-age=31536000, immutable'

/** What a web developer gets from the service itself: the client, the chat, the OpenAPI document, the demo. */
export function developerFileRoutes(options: DeveloperFilesOptions): Router {
  const { builtFolder, openApiJson, docs, demo } = options
  const browserFolder = join(builtFolder, 'browser')
  const router = Router()
  for (const file of ['client.js', 'client.d.ts', 'guest-chat.js']) {
    router.get(`/${file}`, forOtherSites, (_req: Request, res: Response) => {
      res.sendFile(file, { root: browserFolder, headers: { 'Cache-Control': HOUR } })
    })
  }
  router.get(LAZY_FILE, forOtherSites, (req: Request, res: Response) => {
    res.sendFile(basename(req.path), { root: browserFolder, headers: { 'Cache-Control': FOR_GOOD } })
  })
  if (docs) {
    router.get('/openapi.json', async (req: Request, res: Response) => {
      res.type('json').send(await openApiJson(req.baseUrl))
    })
    router.use('/docs', express.static(join(builtFolder, 'docs'), { redirect: true, index: 'index.html' }))
  }
  if (demo) router.use('/demo', express.static(join(browserFolder, 'demo'), { redirect: true }))
  return router
}

/** Scripts of this service are meant to be loaded by other sites; the origin gate says by which. */
const forOtherSites: RequestHandler = (_req, res, next) => {
  res.setHeader('Cross-Origin-Resource-Policy', 'cross-origin')
  next()
}
