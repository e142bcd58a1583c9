import { createReadStream } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import express, { type Request, type RequestHandler, type Response, Router } from 'express'

export interface DeveloperFilesOptions {
  /** The build's output folders: `browser/` (the client, the chat, the demo) and `docs/` (the API page). */
  readonly builtFolder: string
  /** The OpenAPI document for a mount path. */
  readonly openApiJson: (mountPath: string) => Promise<string>
  readonly docs: boolean
  readonly demo: boolean
}

const ONE_HOUR = 'public, max-age=3600'
/** The client and the chat, under their plain names or with a content hash, and the parts that the chat loads later. */
const SCRIPT = /^\/(?:client|guest-chat)(?:\.[0-9a-f]{10}|-[\w-]+)?\.js$/
/** The complete client or chat, under a name with the hash of any version. */
const VERSIONED = /^\/(client|guest-chat)\.[0-9a-f]{10}\.js$/
const PLAIN_NAMES = ['client.js', 'guest-chat.js']
const IMMUTABLE = 'public, max-age=31536000, immutable'
/** The encodings of each script, the one with the smallest files first. */
const ENCODINGS = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
]

/** Files for web developers: the client, the chat, the OpenAPI document, the demo. */
export function developerFileRoutes(options: DeveloperFilesOptions): Router {
  const { builtFolder, openApiJson, docs, demo } = options
  const browserFolder = join(builtFolder, 'browser')
  const router = Router()
  const files = express.static(browserFolder, { index: false, redirect: false, setHeaders: describeFile })
  router.get(SCRIPT, forOtherSites, serveSmallestEncoding(files))
  router.get(VERSIONED, forOtherSites, redirectToCurrentVersion)
  router.get(['/client.d.ts', '/assets.json'], forOtherSites, files)
  router.get('/', (_req: Request, res: Response) => {
    res.type('html').send(startPage({ docs, demo }))
  })
  if (docs) {
    router.get('/openapi.json', async (req: Request, res: Response) => {
      res.type('json').send(await openApiJson(req.baseUrl))
    })
    router.get('/docs/:file', fromCompressed(join(builtFolder, 'docs')))
    router.use('/docs', express.static(join(builtFolder, 'docs'), { redirect: true, index: 'index.html' }))
  }
  if (demo) router.use('/demo', express.static(join(browserFolder, 'demo'), { redirect: true }))
  return router
}

/** Serves Swagger UI, which is stored only in compressed form: otherwise it would be the largest part of the package. */
function fromCompressed(folder: string): RequestHandler<{ file: string }> {
  const files = express.static(folder, { index: false, redirect: false, setHeaders: describeFile })
  return (req, res, next) => {
    const { file } = req.params
    if (file !== 'swagger-ui-bundle.js' && file !== 'swagger-ui.css') {
      next()
      return
    }
    res.vary('Accept-Encoding')
    if (!req.acceptsEncodings('gzip')) {
      const compressed = createReadStream(join(folder, `${file}.gz`))
      pipeline(compressed, createGunzip(), res.type(file)).catch((error: unknown) => {
        // A client that disconnects is not a failure.
        if (!req.socket.destroyed) next(error)
      })
      return
    }
    const { url } = req
    req.url = `/${file}.gz`
    void files(req, res, (error) => {
      req.url = url
      next(error)
    })
  }
}

/** Other sites are meant to load these scripts; the origin gate decides which sites. */
const forOtherSites: RequestHandler = (_req, res, next) => {
  res.setHeader('Cross-Origin-Resource-Policy', 'cross-origin')
  next()
}

/** Redirects to this replica's version: during a rolling update, a page may request an older or newer one. */
function redirectToCurrentVersion(req: Request, res: Response): void {
  res.setHeader('Cache-Control', 'no-cache')
  res.redirect(`${String(req.params[0])}.js`)
}

/** Sends a script in the smallest encoding that the browser accepts. */
function serveSmallestEncoding(files: RequestHandler): RequestHandler {
  return (req, res, next) => {
    const { url } = req
    const encoding = ENCODINGS.find(({ name }) => req.acceptsEncodings(name))
    req.url = `${req.path}${encoding?.suffix ?? ''}`
    res.vary('Accept-Encoding')
    void files(req, res, (error) => {
      req.url = url
      next(error)
    })
  }
}

function describeFile(res: ServerResponse, path: string): void {
  const encoding = ENCODINGS.find(({ suffix }) => path.endsWith(suffix))
  const file = basename(path, encoding?.suffix)
  if (encoding) res.setHeader('Content-Encoding', encoding.name)
  if (file.endsWith('.css')) res.setHeader('Content-Type', 'text/css; charset=utf-8')
  if (file.endsWith('.js')) res.setHeader('Content-Type', 'text/javascript; charset=utf-8')
  const isPlain = PLAIN_NAMES.includes(file) || !file.endsWith('.js')
  res.setHeader('Cache-Control', isPlain ? ONE_HOUR : IMMUTABLE)
}

/** The response to a browser that opens the service's address. */
function startPage({ docs, demo }: { readonly docs: boolean; readonly demo: boolean }): string {
  const links = [
    ...(demo ? ['<a href="./demo/">Demo</a>'] : []),
    ...(docs ? ['<a href="./docs/">API</a>', '<a href="./openapi.json">OpenAPI</a>'] : []),
  ]
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Genesys Guest BFF</title>
<h1>Genesys Guest BFF</h1>
<p>The backend of a website's chat, in front of Genesys Cloud web messaging.</p>
<p>${links.join(' · ')}</p>
</html>
`
}
