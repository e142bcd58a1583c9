import proxy from '@fastify/http-proxy'
import Fastify from 'fastify'

const { PORT, UPSTREAM_URL } = process.env
const app = Fastify()
await app.register(proxy, { upstream: UPSTREAM_URL })
await app.listen({ port: Number(PORT), host: '127.0.0.1' })
