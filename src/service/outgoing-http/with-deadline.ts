import { UpstreamError } from '../errors/upstream-error.ts'

/**
 * Rejects for this caller at its deadline. The work continues, because others may wait for it.
 * @throws {UpstreamError} `upstream_timeout` with `message`
 */
export async function withDeadline<T>(promise: Promise<T> | T, leftMs: number, message: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const timeUp = (): void => reject(new UpstreamError('upstream_timeout', message))
    timer = setTimeout(timeUp, Math.max(0, leftMs))
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
