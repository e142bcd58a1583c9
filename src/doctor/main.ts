import { readConfigFromEnvironment } from '../service/settings/read-config.ts'
import { runDoctor } from './run-doctor.ts'

/** `node dist/doctor.js`, if the doctor is not started through the command-line interface. */
process.exitCode = await runDoctor({
  args: process.argv.slice(process.argv[2] === 'doctor' ? 3 : 2),
  readSettings: readConfigFromEnvironment,
  write: (text) => void process.stdout.write(text),
  writeError: (text) => void process.stderr.write(text),
})
