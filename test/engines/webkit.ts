import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { DESKTOP, type Engine } from './engine.ts'
import { freePort } from '../free-port.ts'

/** Debian's folder for this machine's architecture. */
const ARCHITECTURE = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu'
const MINI_BROWSER = process.env.MINI_BROWSER ?? `/usr/lib/${ARCHITECTURE}/webkit2gtk-4.1/MiniBrowser`
const START_TIMEOUT_MS = 20_000
/** The timeout for one WebDriver command, so that a failed test names the command that the browser did not complete. */
const COMMAND_TIMEOUT_MS = 15_000
/** MiniBrowser needs less than a second to start. About once in a hundred starts, it never reports to its driver. */
const SESSION_TIMEOUT_MS = 10_000
const MAX_SESSION_ATTEMPTS = 3

type Ask = (method: string, path: string, json?: object, timeoutMs?: number) => Promise<unknown>

/** WebKitGTK's MiniBrowser on its own display, over WebDriver. It opens one page at a time, because its driver has only one session. */
export async function startWebKit(): Promise<Engine> {
  const display = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const [number] = (await once(createInterface(display.stdio[3] as Readable), 'line')) as [string]
  let driver = await startDriver(`:${number}`)

  /** A driver whose browser has not reported accepts no other session, so the next attempt has a new driver. */
  async function openSession(attempt = 1): Promise<string> {
    const options = { binary: MINI_BROWSER, args: ['--automation', '--private'] }
    const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': options } }
    try {
      const session = await driver.ask('POST', '/session', { capabilities }, SESSION_TIMEOUT_MS)
      return (session as { sessionId: string }).sessionId
    } catch (error) {
      if (attempt === MAX_SESSION_ATTEMPTS) throw error
      await end(driver.program)
      driver = await startDriver(`:${number}`)
      return openSession(attempt + 1)
    }
  }

  return {
    async open(url, window = DESKTOP) {
      const sessionId = await openSession()
      const { ask } = driver
      const inSession: Ask = (method, path, json) => ask(method, `/session/${sessionId}${path}`, json)
      const run = (script: string, ...args: unknown[]) =>
        inSession('POST', '/execute/async', { script, args })
      await inSession('POST', '/window/rect', window)
      await inSession('POST', '/url', { url })
      return {
        run: (work, argument) =>
          run(
            IN_PAGE.replace('WORK', () => String(work)),
            argument,
          ) as never,
        async type(text) {
          const values = Array.from(text, (key) => (key === '\n' ? '\uE007' : key))
          const actions = values.flatMap((value) => [
            { type: 'keyDown', value },
            { type: 'keyUp', value },
          ])
          await inSession('POST', '/actions', { actions: [{ type: 'key', id: 'keyboard', actions }] })
        },
        close: async () => {
          await inSession('DELETE', '')
        },
      }
    },
    close: async () => {
      await end(driver.program)
      await end(display)
    },
  }
}

async function startDriver(display: string): Promise<{ program: ChildProcess; ask: Ask }> {
  const port = await freePort()
  const env = { ...process.env, DISPLAY: display, LANGUAGE: 'en_GB' }
  const program = spawn('WebKitWebDriver', [`--port=${port}`], { stdio: 'ignore', env })
  const ask = webDriver(`http://127.0.0.1:${port}`)
  await untilReady(ask)
  return { program, ask }
}

/** Passes on an error in the page, so that the test fails with it; the driver itself would not report it. */
const IN_PAGE = `
  const [argument, done] = arguments
  Promise.resolve().then(() => (WORK)(argument)).then(
    (result) => done({ result }),
    (error) => done({ error: String(error) }),
  )`

/** @see {@link https://www.w3.org/TR/webdriver2/#endpoints} */
function webDriver(address: string): Ask {
  return async (method, path, json, timeoutMs = COMMAND_TIMEOUT_MS) => {
    const body = json === undefined ? {} : { body: JSON.stringify(json) }
    const signal = AbortSignal.timeout(timeoutMs)
    const response = await fetch(address + path, { method, signal, ...body }).catch((error: unknown) => {
      throw new Error(`${method} ${path}: the browser sent no response`, { cause: error })
    })
    const { value } = (await response.json()) as { value: unknown }
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(value)}`)
    if (!path.endsWith('/execute/async')) return value
    const { result, error } = value as { result?: unknown; error?: string }
    if (error !== undefined) throw new Error(error)
    return result
  }
}

async function untilReady(ask: Ask): Promise<void> {
  const deadlineMs = Date.now() + START_TIMEOUT_MS
  for (;;) {
    try {
      await ask('GET', '/status')
      return
    } catch (error) {
      if (Date.now() > deadlineMs) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

async function end(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return
  const ended = once(program, 'exit')
  program.kill()
  await ended
}
