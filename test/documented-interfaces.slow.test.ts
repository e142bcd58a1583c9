import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import {
  V8_FLAG,
  findUndocumented,
  findUndocumentedInSources,
  type Finding,
} from './undocumented-interfaces.ts'

/** The documented way to declare the attributes of a custom element for React, Preact and Vue. */
const ELEMENT_TYPES = ['preact', 'react', 'vue'].map((framework) => ({
  path: `browser/framework-types/${framework}.d.ts`,
  rule: 'types overruled',
  text: `declare module '${framework}' {`,
}))

/**
 * The sources use only documented interfaces of Node.js, V8 and packages. The one exception is that the request and
 * response classes, which Node.js accepts as options, get Express' prototypes.
 */
const EXCEPTIONS: readonly Finding[] = [
  ...ELEMENT_TYPES,
  { path: 'service/http-server/http-server.ts', rule: 'prototype replaced', text: 'Object.setPrototypeOf' },
  {
    path: 'service/http-server/http-server.ts',
    rule: 'double cast',
    text: "ServerRequest.prototype as unknown as Express['request']",
  },
  {
    path: 'service/http-server/http-server.ts',
    rule: 'double cast',
    text: "ServerResponse.prototype as unknown as Express['response']",
  },
]

/** Each rule with a module that violates it. */
const REFUSED: readonly (readonly [rule: string, source: string])[] = [
  ['underscore property', `import { Socket } from 'node:net'; export const a = new Socket()['_handle']`],
  ['underscore property', `export const a = (req: { _header?: string }) => req._header`],
  ['underscore property', `export const a = ({ _header }: { _header?: string }) => _header`],
  ['underscore property', `Object.assign({}, { _headerSent: true })`],
  ['underscore property', `export class A { _write() { return 1 } }`],
  ['internal name', `export interface A { readonly outputData: readonly string[] }`],
  ['internal name', `export const a = (agent: { addRequest(): void }) => { agent.addRequest() }`],
  ['internal name', `export const a = (req: { onSocket(): void }) => { req['onSocket']() }`],
  ['symbol lookup', `export const a = Object.getOwnPropertySymbols({})`],
  ['symbol lookup', `export const a = Reflect.ownKeys({})`],
  ['symbol lookup', `export const a = [Symbol('b')].find((it) => it.description === 'b')`],
  ['symbol lookup', `export const a = [Symbol('b')].find((it) => it.toString() === 'Symbol(b)')`],
  [
    'deep import',
    `import dispatch from 'axios/unsafe/core/dispatchRequest.js'; export const a: unknown = dispatch`,
  ],
  ['deep import', `import Receiver from 'ws/lib/receiver.js'; export const a: unknown = Receiver`],
  ['deep import', `export const a: unknown = await import('express/lib/utils.js')`],
  ['deep import', `export const a = import.meta.resolve('ws/lib/receiver.js')`],
  ['V8 flag', `import { setFlagsFromString } from 'node:v8'; setFlagsFromString('--no-opt')`],
  ['V8 flag', `import v8 from 'node:v8'; v8.setFlagsFromString('--no-opt')`],
  ['V8 flag', `export const a = ['--expose-gc']`],
  ['V8 flag', `export const a = \`--allow-natives-syntax \${1}\``],
  ['V8 flag', `export const a = globalThis.gc?.()`],
  ['internal binding', `export const a = (process as { binding?: unknown }).binding`],
  ['internal binding', `import inspector from 'node:internal/util'; export const a: unknown = inspector`],
  [
    'double cast',
    `import { Socket } from 'node:net'; export const a = new Socket() as unknown as { hidden: 1 }`,
  ],
  ['double cast', `export const a = <{ b: 1 }>(<unknown>JSON)`],
  ['double cast', `import { Socket } from 'node:net'; export const a = new Socket() as never`],
  [
    'hidden member',
    `import { Socket } from 'node:net'; export const a = (new Socket() as Socket & { parser?: object }).parser`,
  ],
  [
    'hidden member',
    `import http from 'node:http'; export const a = (http.ServerResponse.prototype as { storeHeader?: object }).storeHeader`,
  ],
  [
    'hidden member',
    `import http from 'node:http'; export const a: { parser?: object } = new http.Agent(), b = 1`,
  ],
  ['hidden member', `import http from 'node:http'; export const a = 'parser' in new http.Agent()`],
  ['function replaced', `import http from 'node:http'; http.request = (() => undefined) as never`],
  [
    'function replaced',
    `import http from 'node:http'; export const a = (it: http.ServerResponse) => { it.end = () => it }`,
  ],
  ['function replaced', `import http from 'node:http'; Object.assign(http.globalAgent, { destroy() {} })`],
  ['function replaced', `import http from 'node:http'; Object.defineProperty(http, 'request', {})`],
  [
    'function replaced',
    `import express from 'express'; export const a = (app: express.Express) => { app.use = app.get }`,
  ],
  [
    'prototype replaced',
    `import http from 'node:http'; Object.setPrototypeOf(http.IncomingMessage.prototype, {})`,
  ],
  ['prototype replaced', `export const a = (it: { __proto__: object }) => { it.__proto__ = {} }`],
  ['internal listener', `import http from 'node:http'; http.globalAgent.on('free', () => undefined)`],
  ['internal listener', `import http from 'node:http'; http.globalAgent.emit('free')`],
  ['internal listener', `import http from 'node:http'; http.globalAgent.removeAllListeners('x')`],
  ['internal listener', `import http from 'node:http'; export const a = http.globalAgent.rawListeners('x')`],
  ['types overruled', `// @ts-expect-error -- because\nexport const a: string = 1`],
  ['types overruled', `// @ts-ignore\nexport const a: string = 1`],
  [
    'types overruled',
    `// eslint-disable-next-line @typescript-eslint/no-explicit-any\nexport const a = (b: any) => b as string`,
  ],
  ['types overruled', `import 'axios'; declare module 'axios' { interface AxiosRequestConfig { b?: 1 } }`],
]

/** Documented interfaces that resemble refused ones. */
const ALLOWED: readonly string[] = [
  `import http from 'node:http'; http.createServer((_req, res) => void res.end())`,
  `import type { AddressInfo } from 'node:net'; import http from 'node:http'; export const a = (http.createServer().address() as AddressInfo).port`,
  `import type { TLSSocket } from 'node:tls'; import type { Request } from 'express'; export const a = (req: Request) => (req.socket as TLSSocket).encrypted`,
  `import { WebSocket } from 'ws'; export const a = (it: WebSocket) => { it.onmessage = () => undefined; it.binaryType = 'nodebuffer' }`,
  `import http from 'node:http'; export const a = http.createServer(); a.requestTimeout = 3; a.on('connection', () => undefined)`,
  `export const a = JSON.parse('{}') as { b?: string }`,
  `export const a = (body: unknown) => body as { description?: string }`,
  `export class A extends Error { b = 1 }; export const a = (error: Error) => error instanceof A && error.b`,
  `export const a = (error: unknown) => (error as NodeJS.ErrnoException).code`,
  `const own = { request: () => 1 }; own.request = () => 2; export default Object.assign(own, { more: 1 })`,
  `import type { Request } from 'express'; export const a = (req: Request) => { req.body = 1 }`,
]

test('the programs in src use only documented interfaces of Node.js and of packages', () => {
  expect(findUndocumentedInSources('src', EXCEPTIONS)).toEqual([])
}, 120_000)

test('no shipped file starts Node.js with a V8 flag', () => {
  const files = [
    'package.json',
    'Dockerfile',
    'docker-compose.yml',
    ...filesBelow('deploy'),
    ...filesBelow('examples'),
  ]
  expect(files.length).toBeGreaterThan(8)
  expect(files.filter((file) => V8_FLAG.test(readFileSync(file, 'utf8')))).toEqual([])
})

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry) => join(entry.parentPath, entry.name))
}

describe('the search for undocumented interfaces', () => {
  const found = findUndocumented([...REFUSED.map(([, source]) => source), ...ALLOWED])

  test.each(REFUSED.map(([rule, source], at) => [rule, source, at] as const))(
    'reports "%s" for %s',
    (rule, _source, at) => {
      expect(found[at]!.map((finding) => finding.rule)).toContain(rule)
    },
  )

  test.each(ALLOWED.map((source, at) => [source, REFUSED.length + at] as const))(
    'reports nothing for %s',
    (_source, at) => {
      expect(found[at]).toEqual([])
    },
  )
})
