import { UpstreamError } from './upstream-error.ts'

/**
 * The promise, for as long as this caller may wait. Its end is the caller's alone: what is under way goes
 * on, as others may wait for it.
 * @throws {UpstreamError} `upstream_timeout`, saying `message`
 */
export async function withDeadline<T>(promise: Promise<T>, leftMs: number, message: string): Promise<T> {
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
