import http from 'node:http'
import express from 'express'
import { createProxyMiddleware } from 'http-proxy-middleware'

const { PORT, UPSTREAM_URL } = process.env
const app = express()
app.use(createProxyMiddleware({ target: UPSTREAM_URL, agent: new http.Agent({ keepAlive: true }) }))
app.listen(Number(PORT), '127.0.0.1')
