import { readConfigFromEnvironment } from '../service/settings/read-config.ts'
import { runDoctor } from './run-doctor.ts'

/** The program `doctor`. It can also be run without the command-line interface, as `node dist/doctor.js`. */
process.exitCode = await runDoctor({
  args: process.argv.slice(process.argv[2] === 'doctor' ? 3 : 2),
  readSettings: readConfigFromEnvironment,
  write: (text) => void process.stdout.write(text),
  writeError: (text) => void process.stderr.write(text),
})
