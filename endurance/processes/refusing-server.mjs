// The least that node:http can do: each request is refused at once, on a connection that stays open.
import http from 'node:http'

const BODY = JSON.stringify({ status: 503, code: 'overloaded' })
const HEADERS = { 'Content-Type': 'application/problem+json', 'Content-Length': Buffer.byteLength(BODY) }

http
  .createServer({ noDelay: true }, (_req, res) => res.writeHead(503, HEADERS).end(BODY))
  .listen({ port: Number(process.env.PORT), host: '127.0.0.1', backlog: 8192 })
