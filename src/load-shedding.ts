import type http from 'node:http'
import type { Log } from './log.ts'
import { createLogSampler } from './log-sampler.ts'
import type { Metrics } from './metrics.ts'
import { overloaded, waitedSinceMs, type LoadLimit } from './middleware/load-limit.ts'
import type { OriginGate } from './middleware/origin-gate.ts'
import { chooseRequestId } from './middleware/request-id.ts'
import { problemHint, toProblem, type ProblemOptions } from './problems/problem.ts'
import type { ShedLoad } from './server/http-server.ts'
import type { Exchange } from './server/serve-in-turn.ts'

/** A message comes in the packet of its head or the next; a longer body is a file. */
const MAX_AWAITED_BODY_BYTES = 65_536
/** Each write wakes the process at the other end; but what waits to be refused is copied by each collection of garbage. */
const MAX_REFUSED_TOGETHER = 64
/** Whoever is answered within a turn of the event loop may ask again in it, and the turn that finds always more to do would never end. */
const MAX_REFUSED_WITHIN_TURN = 512
/** A lingering close: closing with unread data sends a TCP reset, which can discard the answer at the other end. */
const LINGER_MS = 2000

/**
 * Refuses what would only make others late, by an answer made once and written once: at three times what the service can
 * answer, refusing takes the time that serving needs. It is counted whole, and one line a second in the log. The connection
 * stays open, as a new one costs more than the refusal, except where a long body has not come soon after the answer.
 */
export function createLoadShedding(
  parts: {
    readonly load: Pick<LoadLimit, 'admit'>
    readonly gate: Pick<OriginGate, 'corsHeaders'>
    readonly log: Log
    readonly metrics: Pick<Metrics, 'requestEnded' | 'problemAnswered'>
    readonly lingerMs?: number
  } & ProblemOptions,
): ShedLoad {
  const { load, gate, log, metrics, lingerMs = LINGER_MS } = parts
  const err = overloaded('Run more replicas: more requests come than one process can answer.')
  const { status, headers, body } = toProblem(err, parts)
  const { code } = body
  const text = JSON.stringify(body)
  const fixedHeaders = [...Object.entries(headers).flat(), 'Content-Length', String(Buffer.byteLength(text))]
  const sample = createLogSampler()

  function record(req: http.IncomingMessage, requestId: string): void {
    const { method = '' } = req
    const sinceMs = waitedSinceMs(req)
    const durationMs = sinceMs === undefined ? 0 : performance.now() - sinceMs
    metrics.requestEnded({ method, route: 'none', status, durationMs })
    metrics.problemAnswered(code)
    const count = sample(code)
    if (count === undefined) return
    const hint = problemHint(err)
    log.info({ requestId, method, route: 'none', status, code, hint, count }, 'request')
  }

  let refused: Exchange[] = []
  let refusedInTurn = 0

  function refuse(req: http.IncomingMessage, res: http.ServerResponse): void {
    refusedInTurn += 1
    refused.push([req, res])
    if (refusedInTurn === 1) setImmediate(endTurn)
    if (refused.length === MAX_REFUSED_TOGETHER && refusedInTurn <= MAX_REFUSED_WITHIN_TURN) answerRefused()
  }
  function endTurn(): void {
    refusedInTurn = 0
    answerRefused()
  }
  function answerRefused(): void {
    const exchanges = refused
    refused = []
    for (const [req, res] of exchanges) {
      // By an application around the service, whose patience has ended meanwhile.
      if (res.headersSent || res.destroyed) continue
      const requestId = chooseRequestId(req)
      const cors = gate.corsHeaders(req.headers.origin)
      res.writeHead(status, [...fixedHeaders, 'X-Request-Id', requestId, ...cors]).end(text)
      if (hasLongBody(req)) closeIfIncomplete(req, lingerMs)
      record(req, requestId)
    }
  }

  return (req, res, serve) => load.admit(req, res, { serve, refuse: () => refuse(req, res) })
}

function hasLongBody({ headers }: http.IncomingMessage): boolean {
  return (
    headers['transfer-encoding'] !== undefined ||
    Number(headers['content-length'] ?? 0) > MAX_AWAITED_BODY_BYTES
  )
}

function closeIfIncomplete(req: http.IncomingMessage, afterMs: number): void {
  const timer = setTimeout(() => {
    if (!req.complete) req.socket.destroy()
  }, afterMs)
  req.on('close', () => clearTimeout(timer))
}
