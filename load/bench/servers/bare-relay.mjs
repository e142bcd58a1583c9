// Sends each guest's messages to Genesys over the guest's own socket and returns the echoes, with only an Express route
// and `ws`. It has no origin check, limits, sealed tokens (the bearer token is the guest's name), deadlines, retries or
// log.
import express from 'express'
import { WebSocket } from 'ws'

const { PORT, UPSTREAM_SOCKET_URL } = process.env
const app = express()
const guests = new Map()

async function openGuest(name) {
  const guest = { pending: new Map(), next: 0, stream: undefined, socket: undefined }
  guest.socket = new WebSocket(UPSTREAM_SOCKET_URL, { perMessageDeflate: false })
  guest.socket.on('message', (data) => {
    const frame = JSON.parse(data)
    guest.stream?.write(`event: message\ndata: ${JSON.stringify(frame.body)}\n\n`)
    guest.pending.get(frame.tracingId)?.(frame.body)
    guest.pending.delete(frame.tracingId)
  })
  await new Promise((resolve, reject) => {
    guest.socket.once('open', resolve)
    guest.socket.once('error', reject)
  })
  await request(guest, { action: 'configureSession', deploymentId: 'bench', token: name })
  return guest
}

function request(guest, frame) {
  const tracingId = String(guest.next++)
  return new Promise((resolve) => {
    guest.pending.set(tracingId, resolve)
    guest.socket.send(JSON.stringify({ ...frame, tracingId }))
  })
}

function guestOf({ headers: { authorization: name } }) {
  if (!guests.has(name)) guests.set(name, openGuest(name))
  return guests.get(name)
}

app.post('/messages', express.json(), async (req, res) => {
  const guest = await guestOf(req)
  const { id, text, channel } = await request(guest, {
    action: 'onMessage',
    message: { type: 'Text', text: req.body.text },
  })
  res.status(201).json({ id, text, time: channel.time })
})

app.get('/events', async (req, res) => {
  const guest = await guestOf(req)
  res.writeHead(200, { 'content-type': 'text/event-stream' })
  res.write('event: session\ndata: {"state":"connected"}\n\n')
  guest.stream = res
})

app.listen(Number(PORT), '127.0.0.1', 8192)
