// Checks, before a server is measured, that it does the same work as the service.
import { ORIGIN } from '../../harness/service-settings.mjs'
import { messageRequest } from '../../harness/message-request.mjs'

/** @throws if the server accepts a request that it must refuse, or refuses the benchmark's message */
export async function checkSameWork(name, port, token) {
  const { path, headers, body } = messageRequest(token)
  const ask = async (changedHeaders, changedBody) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', ...changedHeaders },
      body: JSON.stringify(changedBody ?? body),
    })
    return { status: answer.status, headers: answer.headers, body: await answer.json() }
  }
  const expectStatus = async (what, expected, ...changes) => {
    const { status } = await ask(...changes)
    if (status !== expected) throw new Error(`${name}: ${what} got ${status}, not ${expected}`)
  }

  const taken = await ask({})
  const isRight =
    taken.status === 201 &&
    typeof taken.body.id === 'string' &&
    taken.body.text === body.text &&
    taken.headers.get('access-control-allow-origin') === ORIGIN &&
    taken.headers.has('x-content-type-options') &&
    [...taken.headers.keys()].some((header) => header.includes('ratelimit'))
  if (!isRight) throw new Error(`${name}: a message got ${taken.status} ${JSON.stringify(taken.body)}`)

  const altered = `${token.slice(0, -6)}AAAAAA`
  await expectStatus('a foreign origin', 403, { origin: 'https://elsewhere.example' })
  await expectStatus('an altered token', 401, { authorization: `Bearer ${altered}` })
  await expectStatus('a message without a text', 400, {}, {})
  await expectStatus('a message with an unknown field', 400, {}, { ...body, unknown: true })
}
