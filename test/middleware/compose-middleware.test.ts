import { expect, test } from '@jest/globals'
import express, { type RequestHandler } from 'express'
import request from 'supertest'
import { composeMiddleware } from '../../src/middleware/compose-middleware.ts'

/** What each middleware and the route behind them note, and how it was answered. */
async function walk(...handlers: RequestHandler[]) {
  const seen: string[] = []
  const noting = handlers.map<RequestHandler>((handler, at) => (req, res, next) => {
    seen.push(`middleware ${at}`)
    handler(req, res, next)
  })
  const app = express()
  app.use(composeMiddleware(...noting))
  app.get('/', (_req, res) => {
    seen.push('route')
    res.end()
  })
  const { status } = await request(app).get('/')
  return { seen, status }
}

const pass: RequestHandler = (_req, _res, next) => next()
const refuse: RequestHandler = (_req, _res, next) =>
  next(Object.assign(new Error('refused'), { status: 418 }))
const fail: RequestHandler = () => {
  throw Object.assign(new Error('failed'), { status: 418 })
}
const answer: RequestHandler = (_req, res) => void res.status(204).end()

test('middlewares run in their order, and then what follows', async () => {
  expect(await walk(pass, pass)).toEqual({ seen: ['middleware 0', 'middleware 1', 'route'], status: 200 })
})

test.each([
  ['refuses', refuse],
  ['throws', fail],
])('after one that %s, neither the others nor the route run', async (_what, handler) => {
  expect(await walk(pass, handler, pass)).toEqual({ seen: ['middleware 0', 'middleware 1'], status: 418 })
})

test('one that throws after another has waited is answered as an error', async () => {
  const wait: RequestHandler = (_req, _res, next) => void setImmediate(next)
  expect(await walk(wait, fail, pass)).toEqual({ seen: ['middleware 0', 'middleware 1'], status: 418 })
})

test('one that answers is the last', async () => {
  expect(await walk(answer, pass)).toEqual({ seen: ['middleware 0'], status: 204 })
})
