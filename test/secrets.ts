import type { Simulator } from '../src/simulator/simulator.ts'

interface ServiceOutput {
  readonly log: string
  readonly metrics: string
  readonly answers: string
}

const SECRET_SETTINGS = [
  'GENESYS_CLIENT_SECRET',
  'SESSION_KEYS',
  'VISITOR_WEBHOOK_SECRET',
  'CHALLENGE_SECRET',
  'SURVEY_WEBHOOK_SECRET',
]

/**
 * The secrets, plain or in base64, that occur in the output of a service. Session tokens and texts belong
 * to the page, so responses may contain them; the log and the metrics may not.
 */
export function secretsIn(
  output: ServiceOutput,
  genesys: Simulator,
  settings: Readonly<Record<string, string>>,
): string[] {
  const never = new Map<string, string>([['client secret', genesys.clientSecret]])
  for (const name of SECRET_SETTINGS) if (settings[name]) never.set(name, settings[name])
  for (const [at, { token }] of genesys.sessions.entries()) never.set(`guest token ${at}`, token)
  for (const { headers } of genesys.requests) {
    const authorization = headers.authorization
    if (authorization !== undefined) never.set('upstream authorization', authorization.replace(/^\w+ /, ''))
  }

  const logOnly = new Map<string, string>()
  for (const [token] of output.answers.matchAll(/eyJ[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+/g))
    logOnly.set('session token', token)
  // Only the page gets the tokens for joining a shared screen or a video call.
  for (const [, token = ''] of JSON.stringify(genesys.frames).matchAll(
    /"(?:sessionJoinToken|jwt)":"([^"]+)"/g,
  ))
    logOnly.set('join token', token)
  for (const { token } of genesys.sessions) {
    for (const { text, attributes } of genesys.transcript(token)) {
      for (const words of [text, ...Object.values(attributes)]) {
        if (words !== undefined && words.length >= 8)
          logOnly.set(`words of a guest or agent: ${words}`, words)
      }
    }
  }

  return [
    ...findIn('log', output.log, [...never, ...logOnly]),
    ...findIn('metrics', output.metrics, [...never, ...logOnly]),
    ...findIn('answers', output.answers, [...never]),
  ]
}

function findIn(place: string, text: string, secrets: readonly (readonly [string, string])[]): string[] {
  return secrets.flatMap(([what, secret]) =>
    formsOf(secret)
      .filter((form) => text.includes(form))
      .map(() => `${what} in the ${place}`),
  )
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  // Inside a longer text, a secret has one of three base64 forms, depending on its offset. The first and last
  // characters also depend on the surrounding text, so they are cut off.
  const shifted = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
    return encoded.slice(Math.ceil((offset * 4) / 3) + 1, -4)
  })
  return [secret, ...shifted.filter((form) => form.length >= 8), bytes.toString('hex')]
}
