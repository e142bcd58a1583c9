import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))

/**
 * The package's `dist`, from which pages load their files. This file stays directly below `src`, so that the path is the same for the
 * source and the bundles. Bundlers rewrite `new URL(…, import.meta.url)`, but not this expression.
 */
export const BUILT_FOLDER = join(here, '../dist')
/** The package's recordings for tests, one folder for each driver. */
export const FIXTURES_FOLDER = join(here, '../fixtures/')
