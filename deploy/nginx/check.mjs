// Runs nginx with each configuration in front of small servers, and checks what README.md promises.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { startNginx } from './run-nginx.mjs'

const replicas = [await startReplica('first'), await startReplica('second')]
const nginx = await startNginx(replicas.map(({ port }) => port))

try {
  await staysOnOneReplica()
  await streamsEventsAtOnce()
  await saysNothingTwice()
  await asksTheOtherWhenOneIsGone()
  for (const path of [
    '/metrics',
    '/METRICS',
    '//metrics',
    '/%6detrics',
    '/x/../metrics?a=b',
    '/READYZ',
    '/readyz/',
    '/docs',
    '/',
  ])
    assert.equal((await ask(path)).status, 404, path)
  for (const path of [
    '/guest-chat.js',
    '/guest-chat-de-d65fff4724.js',
    '/attachments/a-b',
    '/docs/problems',
    '/docs/problems/',
  ])
    assert.equal((await ask(path)).status, 200, path)
  process.stdout.write('nginx keeps guests on their replica, streams events, and repeats no message\n')
} finally {
  await nginx.stop()
  for (const { server } of replicas) server.close().closeAllConnections()
}
await servesTheChatOnTheWebsitesHost()

async function servesTheChatOnTheWebsitesHost() {
  const replica = await startReplica('first')
  const own = await startNginx([replica.port], 'own-host.conf')
  try {
    await streamsEventsAtOnce(`${own.url}/chat`)
    const answer = await fetch(`${own.url}/chat/messages?limit=5`)
    assert.equal(answer.status, 200)
    assert.equal(replica.lastUrl, '/messages?limit=5')
    for (const path of [
      '/chat/metrics',
      '/chat/readyz',
      '/chat/',
      '/chat/docs/',
      '/messages',
      '/chat//metrics',
    ])
      assert.equal((await fetch(`${own.url}${path}`)).status, 404, path)
    for (const path of [
      '/chat/guest-chat.js',
      '/chat/attachments/a-b',
      '/chat/docs/problems',
      '/chat/docs/problems/',
    ])
      assert.equal((await fetch(`${own.url}${path}`)).status, 200, path)
  } finally {
    await own.stop()
    replica.server.close().closeAllConnections()
  }
}

async function staysOnOneReplica() {
  const seen = new Set()
  for (let guest = 0; guest < 20; guest++) {
    const first = await ask('/messages', { authorization: `Bearer guest${guest}.old.token` })
    const renewed = await ask('/messages', { authorization: `Bearer guest${guest}.renewed.one` })
    const byCookie = await ask('/messages', { cookie: `a=b; __Host-guest-session=guest${guest}.c.d` })
    assert.equal(renewed.text, first.text)
    assert.equal(byCookie.text, first.text)
    seen.add(first.text)
  }
  assert.equal(seen.size, 2, 'guests are spread over both replicas')
}

/** The replica writes one event and leaves the stream open: the event arrives only if nginx does not buffer the stream. */
async function streamsEventsAtOnce(url = nginx.url) {
  const answer = await fetch(`${url}/events`, { signal: AbortSignal.timeout(5000) })
  const reader = answer.body.getReader()
  assert.equal(new TextDecoder().decode((await reader.read()).value), 'data: 1\n\n')
  await reader.cancel()
}

/** Each replica breaks the connection after it has read the message. */
async function saysNothingTwice() {
  const answer = await fetch(`${nginx.url}/typing`, { method: 'POST', body: '{}' })
  assert.equal(answer.status, 502)
  assert.equal(replicas[0].broken + replicas[1].broken, 1)
}

async function asksTheOtherWhenOneIsGone() {
  const [gone] = replicas
  gone.server.close().closeAllConnections()
  for (let guest = 0; guest < 10; guest++) {
    const answer = await ask('/messages', { authorization: `Bearer guest${guest}.a.b` }, 'POST')
    assert.deepEqual([answer.status, answer.text], [200, 'second'])
  }
}

async function startReplica(name) {
  const replica = { broken: 0, lastUrl: '', server: undefined, port: 0 }
  replica.server = http.createServer((req, res) => {
    replica.lastUrl = req.url
    if (req.url === '/events')
      return void res.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
    if (req.url !== '/typing') return void res.end(name)
    replica.broken++
    req.resume().once('end', () => req.socket.destroy())
  })
  replica.server.listen(0, '127.0.0.1')
  await once(replica.server, 'listening')
  replica.port = replica.server.address().port
  return replica
}

async function ask(path, headers = {}, method = 'GET') {
  const answer = await fetch(`${nginx.url}${path}`, { method, headers })
  return { status: answer.status, text: await answer.text() }
}
