/** A request, as the Swagger UI documentation defines it. */
interface DocsRequest {
  url: string
  readonly loadSpec?: boolean
  readonly method?: string
  readonly headers: Record<string, string | undefined>
  body?: unknown
  userFetch?: (url: string, request: RequestInit) => Promise<Response>
}

interface DocsAnswer {
  readonly ok: boolean
  readonly url: string
  /** A Blob if the response is not text. */
  readonly text?: unknown
}

/** The script from `swagger-ui-dist`, which the page loads before this one. */
declare const SwaggerUIBundle: (options: {
  url: string
  dom_id: string
  deepLinking: boolean
  tryItOutEnabled: boolean
  validatorUrl: 'none'
  requestInterceptor: (request: DocsRequest) => DocsRequest
  responseInterceptor: (answer: DocsAnswer) => DocsAnswer
}) => unknown

/** A placeholder in the examples of the OpenAPI document. */
const UPLOADED_FILE_ID = 'id-of-the-uploaded-file'
const LISTEN_MS = 5_000

/** Values from earlier responses that later requests need. */
let session: string | undefined
let uploadedFileId: string | undefined
let lastMethod: string | undefined

function completeRequest(request: DocsRequest): DocsRequest {
  if (request.loadSpec) return request
  lastMethod = request.method
  if (session !== undefined) request.headers.Authorization ??= `Bearer ${session}`
  if (uploadedFileId !== undefined) {
    request.url = request.url.replace(UPLOADED_FILE_ID, encodeURIComponent(uploadedFileId))
    if (typeof request.body === 'string')
      request.body = request.body.replace(UPLOADED_FILE_ID, uploadedFileId)
  }
  if (new URL(request.url, location.href).pathname.endsWith('/events')) request.userFetch = listenForAWhile
  return request
}

function keepWhatIsNeeded(answer: DocsAnswer): DocsAnswer {
  const path = new URL(answer.url, location.href).pathname
  const isLeaving = lastMethod === 'DELETE' && /\/(guest-session|sign-in)$/.test(path)
  if (answer.ok && isLeaving) session = undefined
  if (!answer.ok || typeof answer.text !== 'string' || !answer.text.startsWith('{')) return answer
  const body = JSON.parse(answer.text) as { session?: string; id?: string }
  session = body.session ?? session
  if (path.endsWith('/attachments')) uploadedFileId = body.id
  return answer
}

/** Live events never end, so only those from the first seconds are shown. */
async function listenForAWhile(url: string, request: RequestInit): Promise<Response> {
  const answer = await fetch(url, request)
  if (answer.body === null || !answer.ok) return answer
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
  setTimeout(() => void reader.cancel(), LISTEN_MS)
  let text = ''
  for (let chunk; !(chunk = await reader.read()).done;) text += chunk.value
  return new Response(text, { status: answer.status, headers: answer.headers })
}

const dark = matchMedia('(prefers-color-scheme: dark)')
const followColorScheme = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', followColorScheme)
followColorScheme()

SwaggerUIBundle({
  url: '../openapi.json',
  dom_id: '#api',
  deepLinking: true,
  tryItOutEnabled: true,
  // Otherwise the page would send its address to a public validator.
  validatorUrl: 'none',
  requestInterceptor: completeRequest,
  responseInterceptor: keepWhatIsNeeded,
})

/** Reading the document is always allowed; trying the API requires an allowed origin, as for any page. */
async function tellWhatTryingNeeds(): Promise<void> {
  const { status } = await fetch('../guest-session', { method: 'OPTIONS' })
  const note = document.querySelector<HTMLElement>('#origin-note')
  if (status !== 403 || note === null) return
  note.textContent = `“Execute” is refused here: this page's own address is not allowed to use the service. Add ${location.origin} to ALLOWED_ORIGINS, or to its site in SITES_FILE, and reload the page.`
  note.hidden = false
}
void tellWhatTryingNeeds().catch(() => undefined)
