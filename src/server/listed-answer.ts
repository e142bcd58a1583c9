import http from 'node:http'
import { Socket } from 'node:net'

type Value = number | string | readonly string[]
type GivenHeaders = http.OutgoingHttpHeaders | http.OutgoingHttpHeader[]

/** What node:http keeps of an answer, and has no types for. */
interface NodeAnswer {
  _header: string | null
  _headerSent: boolean
  readonly _hasBody: boolean
  readonly outputData: readonly unknown[]
}

/** Headers that are the same for many answers, and the lines of a head that they make. */
interface HeaderBlock {
  /** Names and values in turn. */
  readonly listed: readonly string[]
  readonly lines: string
}

/** What a listed answer can do beyond a `ServerResponse`. In a foreign server's application there is none. */
export interface ListedAnswer {
  /**
   * Sets headers, names and values in turn, that are well formed and not set yet: nothing is checked. Of a list that is
   * added to many answers before all else, the lines are made once.
   */
  addHeaders(namesAndValues: readonly string[]): void
  /** For an answer that goes on for hours after its head. */
  forgetHeaders(): void
  /** As `end`, when `writeHead` has made the head: head and body go out as one piece. Of both, `end` makes three. */
  endWith(body: string): void
  /** As `write`, when the answer has begun. Of a chunk `write` makes four pieces, and a turn to put them together. */
  writeChunk(text: string): void
}

/** {@link ListedAnswer.addHeaders}, for any answer. */
export function addHeaders(
  res: http.ServerResponse & Partial<ListedAnswer>,
  namesAndValues: readonly string[],
): void {
  if (res.addHeaders) res.addHeaders(namesAndValues)
  else for (const [name, value] of pairsIn([...namesAndValues])) res.setHeader(name, value)
}

/**
 * A response that keeps the headers which are set on it in a list, in place of node's dictionary: a head of
 * twenty lines costs half as much, and can be let go when it has been sent. For whoever uses it it is a
 * `ServerResponse`.
 *
 * A class for each application, as each has a prototype of its own to come after this one's.
 */
export function createListedAnswer(): typeof http.ServerResponse {
  return class extends http.ServerResponse implements ListedAnswer {
    /** Names and values in turn. */
    #listed: Value[] = []
    /** Goes before them, as long as nobody changes what is in it. */
    #block: HeaderBlock | undefined
    #isAnySet = false

    addHeaders(namesAndValues: readonly string[]): void {
      const block = this.#isAnySet ? undefined : blockOf(namesAndValues)
      if (block) this.#block = block
      else for (const each of namesAndValues) this.#listed.push(each)
      this.#isAnySet = true
    }

    /** All of them in the list. */
    #unfold(): Value[] {
      if (this.#block) this.#listed = [...this.#block.listed, ...this.#listed]
      this.#block = undefined
      return this.#listed
    }

    /** The list in which a header of this name can be changed, or put. */
    #listFor(name: string): Value[] {
      return this.#block && placeOf(this.#block.listed, name) >= 0 ? this.#unfold() : this.#listed
    }

    forgetHeaders(): void {
      this.#listed = []
      this.#block = undefined
      // Of the head, a kilobyte, node asks from now on only whether there is one.
      if (this.headersSent) Object.assign(this, { _header: 'sent' })
    }

    endWith(body: string): void {
      const { socket, chunkedEncoding } = this
      const { _header: head, _headerSent, _hasBody, outputData } = this as unknown as NodeAnswer
      const isItsTurn = socket?.writable === true && outputData.length === 0
      if (!isItsTurn || head === null || _headerSent || !_hasBody || chunkedEncoding) this.end(body)
      else {
        Object.assign(this, { _headerSent: true })
        socket.write(head + body)
        this.end()
      }
    }

    writeChunk(text: string): void {
      const { socket } = this
      if (socket?.writable !== true || !this.headersSent || !this.chunkedEncoding) this.write(text)
      else if (text !== '') socket.write(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`)
    }

    override setHeader(name: string, value: Value): this {
      if (this.headersSent) return super.setHeader(name, value) // which throws
      http.validateHeaderName(name)
      http.validateHeaderValue(name, value as string)
      this.#isAnySet = true
      const listed = this.#listFor(name)
      const at = placeOf(listed, name)
      if (at < 0) listed.push(name, value)
      else listed.splice(at, 2, name, value)
      return this
    }

    override appendHeader(name: string, value: string | readonly string[]): this {
      const listed = this.#listFor(name)
      const at = placeOf(listed, name)
      if (at < 0) return this.setHeader(name, value)
      const [asFirstSpelt, before] = listed.slice(at, at + 2) as [string, Value]
      http.validateHeaderName(name)
      return this.setHeader(asFirstSpelt, [before, value].flat() as string[])
    }

    override getHeader(name: string): number | string | string[] | undefined {
      const at = placeOf(this.#listed, name)
      if (at >= 0) return this.#listed[at + 1] as string
      const inBlock = this.#block ? placeOf(this.#block.listed, name) : -1
      return inBlock < 0 ? undefined : this.#block?.listed[inBlock + 1]
    }

    override hasHeader(name: string): boolean {
      return this.getHeader(name) !== undefined
    }

    override getHeaderNames(): string[] {
      return this.getRawHeaderNames().map((name) => name.toLowerCase())
    }

    getRawHeaderNames(): string[] {
      return namesIn(this.#unfold())
    }

    override getHeaders(): http.OutgoingHttpHeaders {
      const headers = Object.create(null) as http.OutgoingHttpHeaders
      for (const name of this.getRawHeaderNames()) headers[name.toLowerCase()] = this.getHeader(name)
      return headers
    }

    override removeHeader(name: string): void {
      super.removeHeader(name) // which throws when it is too late, and notes what node is not to add by itself
      const listed = this.#listFor(name)
      const at = placeOf(listed, name)
      if (at >= 0) listed.splice(at, 2)
    }

    override writeHead(status: number, reason?: string | GivenHeaders, headers?: GivenHeaders): this {
      const given = typeof reason === 'string' ? headers : (headers ?? reason)
      const all = this.headersSent ? given : this.withListed(given)
      return typeof reason === 'string' ? super.writeHead(status, reason, all) : super.writeHead(status, all)
    }

    /** Node's own, which `writeHead` calls with what it was given. It would look at each header once more. */
    _storeHeader(firstLine: string, headers: unknown): void {
      if (headers !== this.#listed) storeHeader?.call(this, firstLine, headers)
      else {
        const { lines, rest } = linesOf(this.#listed)
        storeHeader?.call(this, firstLine + (this.#block?.lines ?? '') + lines, rest)
      }
    }

    /** What is given last wins. A list by itself goes as it is, with what stands in it twice. */
    private withListed(given: GivenHeaders | undefined): GivenHeaders {
      if (Array.isArray(given) && !this.#isAnySet) return given
      if (given) for (const [name, value] of pairsIn(given)) this.setHeader(name, value)
      return this.#listed as http.OutgoingHttpHeader[]
    }
  } as typeof http.ServerResponse
}

type StoreHeader = (this: http.ServerResponse, firstLine: string, headers: unknown) => void
const storeHeader = (http.ServerResponse.prototype as { _storeHeader?: StoreHeader })._storeHeader

/** Whether node makes heads by the method that is overridden above, which it does not document. */
const canSendBlocks = ((): boolean => {
  const probe = { isAsked: false }
  class Probe extends http.ServerResponse {
    _storeHeader(): void {
      probe.isAsked = true
    }
  }
  new Probe(new http.IncomingMessage(new Socket())).writeHead(200, [])
  return probe.isAsked && storeHeader !== undefined
})()

/** Node looks whether it is to send these itself. */
const LOOKED_AT = /^(connection|content-length|date|expect|keep-alive|trailer|transfer-encoding)$/i

const blocks = new WeakMap<readonly string[], HeaderBlock>()

/** Undefined for headers that have to be written one by one. */
function blockOf(listed: readonly string[]): HeaderBlock | undefined {
  const known = blocks.get(listed)
  if (known) return known
  if (!canSendBlocks || namesIn(listed).some((name) => LOOKED_AT.test(name))) return undefined
  const lines = pairsIn([...listed]).map(([name, value]) => `${name}: ${String(value)}\r\n`)
  const block = { listed, lines: lines.join('') }
  blocks.set(listed, block)
  return block
}

/** The lines of all headers but those that node has to see. */
function linesOf(listed: readonly Value[]): { lines: string; rest: Value[] } {
  const rest: Value[] = []
  let lines = ''
  for (let at = 0; at < listed.length; at += 2) {
    const name = listed[at] as string
    const value = listed[at + 1] as Value
    if (typeof value !== 'object' && (name.length > 17 || !LOOKED_AT.test(name)))
      lines += `${name}: ${value}\r\n`
    else rest.push(name, value)
  }
  return { lines, rest }
}

function placeOf(listed: readonly Value[], name: string): number {
  for (let at = 0; at < listed.length; at += 2) {
    const other = listed[at] as string
    if (other === name) return at
    if (other.length === name.length && other.toLowerCase() === name.toLowerCase()) return at
  }
  return -1
}

function namesIn(listed: readonly Value[]): string[] {
  return listed.filter((_, at) => at % 2 === 0) as string[]
}

function pairsIn(headers: GivenHeaders): [name: string, value: Value][] {
  if (!Array.isArray(headers)) return Object.entries(headers) as [string, Value][]
  return headers.flatMap((name, at) => (at % 2 === 0 ? [[String(name), headers[at + 1] as Value]] : []))
}
