import type { Simulator } from '../../src/simulator/simulator.ts'

export interface Answer {
  status: number
  headers: Headers
  text: string
  /** Parsed if it is JSON; loosely typed, because tests check arbitrary responses of the platform. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any
}

export async function call(url: string, init: RequestInit & { json?: unknown } = {}): Promise<Answer> {
  const { json, ...rest } = init
  const headers = new Headers(rest.headers)
  if (json !== undefined) headers.set('content-type', 'application/json')
  const answer = await fetch(url, {
    ...rest,
    headers,
    ...(json !== undefined && { body: JSON.stringify(json) }),
  })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, text, body: parsed(text) }
}

export async function askToken(simulator: Simulator, form: Record<string, string> = {}): Promise<Answer> {
  const { clientId, clientSecret } = simulator
  return call(`${simulator.url}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...form }),
  })
}

/** Headers of an OAuth client with a fresh token. */
export async function authorized(simulator: Simulator): Promise<Record<string, string>> {
  const { body } = await askToken(simulator)
  return { authorization: `Bearer ${body.access_token as string}` }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
