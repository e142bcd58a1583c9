import { pathSegment } from '../urls/path-segment.ts'
import { UpstreamError } from '../errors/upstream-error.ts'

/** @throws {UpstreamError} if an id from Genesys cannot be part of a path */
export function idSegment(id: string): string {
  const found = pathSegment(id)
  if (found === undefined)
    throw new UpstreamError('upstream_bad_response', 'Genesys sent an id that cannot be part of a path.')
  return found
}
