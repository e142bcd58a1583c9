#!/usr/bin/env node
import { DOCTOR_USAGE } from './doctor/usage.ts'
import { VERSION } from './version.ts'

const USAGE = `genesys-guest-bff [start]

Starts the service with the settings from the environment and, outside production, from .env.
Exits with status 78 if the settings are invalid.

genesys-guest-bff demo

Starts a demo website with a chat, the service, and a simulator in place of Genesys.
Set PORT and SIMULATOR_PORT to use other ports.

genesys-guest-bff simulator

Starts only the simulator, and prints the settings that point the service at it.

${DOCTOR_USAGE}`

const EX_USAGE = 2

/** The package's command-line interface. It loads only the requested program. */
switch (process.argv[2]) {
  case undefined:
  case 'start':
    await import('./service/main.ts')
    break
  case 'doctor':
    await import('./doctor/main.ts')
    break
  case 'demo':
    await import('./demo/main.ts')
    break
  case 'simulator':
    await import('./simulator/main.ts')
    break
  case '--version':
    process.stdout.write(`${VERSION}\n`)
    break
  case '--help':
  case '-h':
    process.stdout.write(USAGE)
    break
  default:
    process.stderr.write(`There is no command "${process.argv[2]}".\n\n${USAGE}`)
    process.exitCode = EX_USAGE
}
