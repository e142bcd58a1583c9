// The upper bound for JavaScript: node:http forwards requests and responses without reading their bodies.
import http from 'node:http'

const { PORT, UPSTREAM_URL } = process.env
const { hostname, port } = new URL(UPSTREAM_URL)
const agent = new http.Agent({ keepAlive: true })

http
  .createServer((req, res) => {
    const { method, url: path, headers } = req
    const upstream = http.request({ hostname, port, method, path, headers, agent }, (answer) => {
      res.writeHead(answer.statusCode, answer.headers)
      answer.pipe(res)
    })
    upstream.on('error', () => res.destroy())
    req.pipe(upstream)
  })
  .listen(Number(PORT), '127.0.0.1')
