import { BlockList, isIP, isIPv6 } from 'node:net'
import type { RequestHandler } from 'express'
import { addNetwork, plainAddress } from '../../middleware/client-address.ts'
import { RequestError } from '../../errors/request-error.ts'
import { claimsOf, hasSession } from '../../middleware/session-guard.ts'
import type { Log } from '../../observability/log.ts'
import { readBlocklist, type BlockedCallers } from '../../settings/blocklist-settings.ts'
import { watchFiles, type WatchedFiles } from '../../settings/watched-files.ts'

interface Check {
  readonly name: 'blocklist'
  readonly ok: boolean
  readonly essential?: boolean
  readonly hint?: string
}

/** Refuses the networks and visitors that a file lists. The file is read again when it changes. */
export interface BlocklistFeature {
  readonly name: 'blocklist'
  readonly capabilities: readonly []
  /** These three lists are empty if the feature is not set up. */
  readonly beforeRoutes: readonly RequestHandler[]
  readonly afterSession: readonly RequestHandler[]
  readonly beforeOpening: readonly RequestHandler[]
  /** @throws {RequestError} `blocked` */
  readonly acceptVisitor: ((visitor: string) => void) | undefined
  addRoutes(): void
  readinessChecks(): Promise<readonly Check[]>
  diagnose(): Promise<{ readonly found: string; readonly problems: readonly [] } | undefined>
  close(): void
}

/** @param watch calls back when the file changes */
export function createBlocklistFeature(
  path: string | undefined,
  { log }: { readonly log: Log },
  watch: (onChanged: () => void) => WatchedFiles = watchFiles,
): BlocklistFeature {
  const blocklist = path === undefined ? undefined : createBlocklist(path, log, watch)
  return {
    name: 'blocklist',
    capabilities: [],
    beforeRoutes: blocklist ? [blocklist.acceptAddress] : [],
    afterSession: blocklist ? [blocklist.acceptOwner] : [],
    beforeOpening: blocklist ? [blocklist.acceptOwner] : [],
    acceptVisitor: blocklist?.acceptVisitor,
    addRoutes: () => undefined,
    readinessChecks: () => Promise.resolve(blocklist ? [checkOf(blocklist.problems)] : []),
    diagnose: () => Promise.resolve(blocklist && { found: blocklist.inWords, problems: [] as const }),
    close: () => blocklist?.close(),
  }
}

function createBlocklist(path: string, log: Log, watch: (onChanged: () => void) => WatchedFiles) {
  let problems: readonly string[] = []
  let blocked = lookupOf(NOBODY)

  function read(): void {
    const found: string[] = []
    const callers = readBlocklist(path, found)
    problems = found
    for (const reason of problems) log.error({ reason }, 'the blocklist stays as it was')
    if (problems.length > 0) return
    blocked = lookupOf(callers)
    log.info({ count: blocked.count }, 'the blocklist was read')
  }
  read()
  const watched = watch(read)
  watched.watch([path])

  function acceptVisitor(visitor: string): void {
    if (blocked.visitors.has(visitor)) throw refusal()
  }
  const acceptAddress: RequestHandler = (req, _res, next) => {
    if (blocked.hasAddress(plainAddress(req.ip ?? ''))) throw refusal()
    next()
  }
  const acceptOwner: RequestHandler = (req, _res, next) => {
    const visitor = hasSession(req) ? claimsOf(req).visitor : undefined
    if (visitor !== undefined) acceptVisitor(visitor)
    next()
  }
  return {
    acceptVisitor,
    acceptAddress,
    acceptOwner,
    get problems() {
      return problems
    },
    get inWords() {
      return `${blocked.count} addresses, networks and visitors are blocked`
    },
    close: () => watched.close(),
  }
}

const NOBODY: BlockedCallers = { ipv4Addresses: [], networks: [], visitors: [] }

function lookupOf({ ipv4Addresses, networks, visitors }: BlockedCallers) {
  const addresses = new Set(ipv4Addresses)
  const list = new BlockList()
  for (const network of networks) addNetwork(list, network)
  return {
    count: ipv4Addresses.length + networks.length + visitors.length,
    visitors: new Set(visitors),
    hasAddress: (ip: string) =>
      addresses.has(ip) || (isIP(ip) !== 0 && list.check(ip, isIPv6(ip) ? 'ipv6' : 'ipv4')),
  }
}

function checkOf(problems: readonly string[]): Check {
  const name = 'blocklist'
  if (problems.length === 0) return { name, ok: true }
  return { name, ok: false, essential: false, hint: `${problems.join('; ')}. The blocklist stays as it was.` }
}

function refusal(): RequestError {
  return new RequestError('blocked', 'This caller is not served.')
}
