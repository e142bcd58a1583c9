// Starts processes on their cores, sends them commands, and ends all of them when this process exits.
import { fork, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from './free-port.mjs'

/** The measured server has its own core if there are two and processes can be pinned. */
export const SERVER_CORE = 0
export const LOAD_CORE = 1
const canPin = os.cpus().length > 1 && spawnSync('taskset', ['--version']).status === 0

const running = new Set()
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

function track(child) {
  running.add(child)
  child.on('exit', () => running.delete(child))
  return child
}

/** @param core one core, or several separated by commas */
function pinned(core, command, args) {
  return canPin ? ['taskset', ['-c', String(core), command, ...args]] : [command, args]
}

/**
 * Starts a process that uses `serveCommands`.
 * @returns the helper, whose `ask(name, options)` resolves to the result of a command
 */
export async function startHelper(file, { core = LOAD_CORE, onEvent } = {}) {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const child = track(fork(path, { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }))
  await once(child, 'message')
  if (canPin) spawnSync('taskset', ['-a', '-p', '-c', String(core), String(child.pid)])
  const waiting = new Map()
  let commands = 0
  const helper = { onEvent, ask, pid: child.pid, stop: () => stop(child) }
  child.on('message', ({ id, result, error, event }) => {
    if (event) helper.onEvent?.(event)
    else if (error) waiting.get(id).reject(new Error(error))
    else waiting.get(id).resolve(result)
    waiting.delete(id)
  })
  child.on('exit', (code) => {
    for (const { reject } of waiting.values())
      reject(new Error(`${file} exited with ${code} before it responded`))
  })
  function ask(name, options) {
    return new Promise((resolve, reject) => {
      waiting.set(++commands, { resolve, reject })
      child.send({ id: commands, name, options })
    })
  }
  return helper
}

/**
 * Starts a server that reads its settings from the environment and listens on `PORT`.
 * @param command the program and its arguments; what it writes to standard output is discarded
 */
export async function startServer(command, { env = {}, port, core = SERVER_CORE } = {}) {
  const chosenPort = port ?? (await freePort())
  const [program, args] = pinned(core, command[0], command.slice(1))
  const child = track(
    spawn(program, args, {
      env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env, PORT: String(chosenPort) },
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  )
  await listening(child, chosenPort)
  return {
    port: chosenPort,
    pid: child.pid,
    kill: () => stop(child, 'SIGKILL'),
    stop: () => stop(child),
  }
}

async function listening(child, port) {
  for (let tries = 0; tries < 400; tries++) {
    if (child.exitCode !== null) throw new Error(`a server exited with ${child.exitCode} before it listened`)
    const socket = net.connect({ port, host: '127.0.0.1' })
    const answer = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').catch(() => false),
    ]).catch(() => false)
    socket.destroy()
    if (answer === true) return
    await pause(25)
  }
  throw new Error(`nothing listens on ${port}`)
}

async function stop(child, signal = 'SIGTERM') {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  const force = setTimeout(() => child.kill('SIGKILL'), 6000)
  await ended
  clearTimeout(force)
}

const TICKS_PER_SECOND = 100

/** User and system time of these processes and of their children, in ms. */
export function cpuMs(...pids) {
  return pids.flatMap(withChildren).reduce((sum, pid) => sum + ownCpuMs(pid), 0)
}

function ownCpuMs(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND
}

function withChildren(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return [pid, ...(children === '' ? [] : children.split(' ').map(Number).flatMap(withChildren))]
}

/** Resident memory in KiB. */
export function residentKiB(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1])
}
