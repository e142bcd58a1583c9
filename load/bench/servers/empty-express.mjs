// The smallest Express server: it has one route and loads nothing else.
import express from 'express'

const app = express()
app.get('/healthz', (req, res) => res.json({ status: 'ok' }))
app.listen(Number(process.env.PORT), '127.0.0.1')
