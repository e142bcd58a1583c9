import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The package's `dist`, whose files pages load. This file stays directly below `src`, so that the path is the same for the
 * source, the compiled module and the bundle. Bundlers rewrite `new URL(…, import.meta.url)`, but not this expression.
 */
export const BUILT_FOLDER = join(dirname(fileURLToPath(import.meta.url)), '../dist')
