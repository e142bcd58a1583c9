import { readFileSync } from 'node:fs'
import { isIPv4 } from 'node:net'
import { isNetwork } from '../middleware/client-address.ts'
import { errorCode } from './secret-files.ts'

/** Who is not served. */
export interface BlockedCallers {
  readonly ipv4Addresses: readonly string[]
  /** In CIDR notation, and single addresses of IPv6. */
  readonly networks: readonly string[]
  /** Ids of verified visitors. */
  readonly visitors: readonly string[]
}

const MAX_BYTES = 8 * 1024 * 1024
/** Each request is compared with all of them, one after the other. */
const MAX_NETWORKS = 1000
const MAX_PROBLEMS = 5
const VISITOR = /^visitor:(.{1,256})$/u

/** The same path, after its file was read for its mistakes. */
export function checkedBlocklist(path: string | undefined, problems: string[]): string | undefined {
  if (path !== undefined) readBlocklist(path, problems)
  return path
}

/**
 * One address, network or `visitor:` and id in each line; `#` begins a comment line. Mistakes are added to
 * `problems`, with the line and without its content.
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
    problems.push(`BLOCKLIST_FILE must have at most ${MAX_NETWORKS} networks, besides addresses of IPv4`)
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
