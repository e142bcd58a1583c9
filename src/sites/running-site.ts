import type { Response } from 'express'
import type { Config } from '../config.ts'
import type { Readiness } from '../readiness.ts'
import { whenClosed } from '../server/when-closed.ts'
import type { SiteService } from '../service.ts'

/** A site as one version of its settings has it; it lives until its last answer has gone. */
export interface RunningSite {
  readonly id: string
  readonly config: Config
  readonly service: SiteService
  readonly readiness: Readiness
  /** Keeps the site alive until this answer has gone. */
  holdOpen(res: Response): void
  /** For a site that gets no more requests: sends its streams away, and closes it when all answers have gone. */
  retire(): Promise<void>
  close(): Promise<void>
}

export function createRunningSite(id: string, config: Config, service: SiteService): RunningSite {
  /** What an answer can take: its request to arrive, and all that it asks upstream. */
  const maxWaitMs = config.limits.requestTimeoutMs + config.upstreamTimeoutMs
  let open = 0
  let onEmpty: (() => void) | undefined
  let closed: Promise<void> | undefined
  const close = () => (closed ??= service.close())

  return {
    id,
    config,
    service,
    readiness: service.readiness,
    holdOpen(res) {
      open += 1
      whenClosed(res, () => {
        open -= 1
        if (open === 0) onEmpty?.()
      })
    },
    async retire() {
      service.drain()
      let timer: NodeJS.Timeout | undefined
      if (open > 0) {
        await new Promise<void>((resolve) => {
          onEmpty = resolve
          timer = setTimeout(resolve, maxWaitMs).unref()
        })
      }
      clearTimeout(timer)
      await close()
    },
    close,
  }
}
