import { readConfigFromEnvironment, startService, type RunningService } from 'genesys-guest-bff'

/**
 * `app/routes/chat.ts` in a React Router app (formerly Remix), with `route('chat/*', 'routes/chat.ts')` in `app/routes.ts`. It runs the
 * service in the same process, under the website's own origin. The service listens on the loopback interface, and this route forwards
 * requests and responses, including streams.
 */
const PREFIX = '/chat'
/** The paths that a page needs. All others, such as /metrics, are for operators, and must not be public. */
const PUBLIC =
  /^\/(?:guest-session|guest-attributes|messages|typing|events|attachments(?:\/[\w-]+)?|sign-in|deployment|survey|journey\/\w+|availability|callbacks|knowledge\/(?:search|suggestions|articles\/[\w-]+(?:\/feedback)?)|transcript|widget-config|healthz|assets\.json|client\.d\.ts|(?:client|guest-chat)[\w.-]*\.js|docs\/problems(?:\/[\w-]*)?)$/

/** One service per process, even if the development server loads this module again. */
const shared = globalThis as typeof globalThis & { guestBff?: Promise<RunningService> }

function service(): Promise<RunningService> {
  shared.guestBff ??= startService({
    ...readConfigFromEnvironment(),
    host: '127.0.0.1',
    port: 0,
    managementPort: undefined,
  })
  return shared.guestBff
}

/** Headers that belong to one connection, not to the request (RFC 9110 §7.6.1). */
const CONNECTION_HEADERS = ['connection', 'host', 'keep-alive', 'transfer-encoding', 'upgrade']

async function handle({ request }: { readonly request: Request }): Promise<Response> {
  const { pathname, search } = new URL(request.url)
  const path = pathname.slice(PREFIX.length)
  if (!PUBLIC.test(path)) return new Response(null, { status: 404 })
  const headers = new Headers(request.headers)
  for (const name of CONNECTION_HEADERS) headers.delete(name)
  const { url } = await service()
  const answer = await fetch(url + path + search, {
    method: request.method,
    headers,
    body: request.body,
    redirect: 'manual',
    signal: request.signal,
    // The body is a stream; `fetch` in Node.js requires this option for it.
    ...(request.body && { duplex: 'half' as const }),
  })
  // `fetch` has decompressed the body. The headers are copied, because those of a `fetch` response cannot be changed.
  const answered = new Headers(answer.headers)
  for (const name of ['content-encoding', 'content-length']) answered.delete(name)
  return new Response(answer.body, { status: answer.status, headers: answered })
}

/** The loader handles GET requests, and the action handles all other methods. */
export { handle as action, handle as loader }
