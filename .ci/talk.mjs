// Has a conversation with the demo at the given address, as a page would; the agent must answer.
const base = process.argv[2]
const headers = { origin: base, 'content-type': 'application/json' }

async function ask(path, body, more = {}) {
  const answer = await fetch(base + path, {
    method: 'POST',
    headers: { ...headers, ...more },
    body: JSON.stringify(body),
  })
  if (answer.status !== 201) throw new Error(`${path} returned ${answer.status}: ${await answer.text()}`)
  return answer.json()
}

const page = await fetch(`${base}/demo/`)
if (page.status !== 200) throw new Error(`the page returned ${page.status}`)
const { session } = await ask('/guest-session', { name: 'Jane Doe' })
const authorization = `Bearer ${session}`
const events = await fetch(`${base}/events`, { headers: { origin: base, authorization } })
await ask('/messages', { text: 'Hello' }, { authorization })
let text = ''
for await (const chunk of events.body.pipeThrough(new TextDecoderStream())) {
  text += chunk
  if (text.includes('"sender":"agent"') || text.includes('"sender":"bot"')) break
}
process.stdout.write('the agent answered through the published port\n')
process.exit()
