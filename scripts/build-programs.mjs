// Runs before `npm run demo`, `npm run simulator` and `npm run doctor`. Builds the programs, except in a production
// installation, which has no build tools and a complete dist/.
import { existsSync } from 'node:fs'

process.argv.push('--programs-only')
if (isInstalled('esbuild') || !existsSync(new URL('../dist/doctor.js', import.meta.url)))
  await import('./build.mjs')

function isInstalled(name) {
  try {
    import.meta.resolve(name)
    return true
  } catch {
    return false
  }
}
