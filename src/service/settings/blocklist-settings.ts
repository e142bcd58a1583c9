import { readFileSync } from 'node:fs'
import { isIPv4 } from 'node:net'
import { isNetwork } from '../middleware/client-address.ts'
import { errorCode } from './secret-files.ts'

/** The callers that are not served. */
export interface BlockedCallers {
  readonly ipv4Addresses: readonly string[]
  /** Networks in CIDR notation, and single IPv6 addresses. */
  readonly networks: readonly string[]
  /** Ids of verified visitors. */
  readonly visitors: readonly string[]
}

const MAX_BYTES = 8 * 1024 * 1024
/** Each request's address is compared with every network, one after another. */
const MAX_NETWORKS = 1000
const MAX_PROBLEMS = 5
const VISITOR = /^visitor:(.{1,256})$/u

/** Adds the mistakes in the file to `problems`. @returns the path, unchanged */
export function checkedBlocklist(path: string | undefined, problems: string[]): string | undefined {
  if (path !== undefined) readBlocklist(path, problems)
  return path
}

/**
 * Each line contains one address, one network, or `visitor:` and an id. A line that begins with `#` is a comment. Mistakes
 * are added to `problems`, with the number of the line but without its content.
 */
export function readBlocklist(path: string, problems: string[]): BlockedCallers {
  const lines = linesOf(path, problems)
  const ipv4Addresses: string[] = []
  const networks: string[] = []
  const visitors: string[] = []
  const wrong: number[] = []
  for (const [i, text] of lines.entries()) {
    const line = text.trim()
    const [, visitor] = VISITOR.exec(line) ?? []
    if (line === '' || line.startsWith('#')) continue
    else if (visitor !== undefined) visitors.push(visitor.trim())
    else if (isIPv4(line)) ipv4Addresses.push(line)
    else if (isNetwork(line)) networks.push(line)
    else wrong.push(i + 1)
  }
  for (const line of wrong.slice(0, MAX_PROBLEMS))
    problems.push(
      `BLOCKLIST_FILE, line ${line}: must be an address, a network such as 203.0.113.0/24, or visitor:id`,
    )
  if (networks.length > MAX_NETWORKS)
    problems.push(`BLOCKLIST_FILE must have at most ${MAX_NETWORKS} networks, not counting IPv4 addresses`)
  return { ipv4Addresses, networks, visitors }
}

function linesOf(path: string, problems: string[]): string[] {
  try {
    const content = readFileSync(path, 'utf8')
    if (content.length <= MAX_BYTES) return content.split('\n')
    problems.push(`BLOCKLIST_FILE must have at most ${MAX_BYTES} bytes`)
  } catch (error) {
    problems.push(`BLOCKLIST_FILE names a file that cannot be read (${errorCode(error)})`)
  }
  return []
}
