import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))

/**
 * The package's `dist` folder, which contains the files that pages load. This file must stay directly in `src`, so that
 * the relative path is the same from the source and from the bundles. Bundlers rewrite `new URL(…, import.meta.url)`,
 * but not this expression.
 */
export const BUILT_FOLDER = join(here, '../dist')
/** The recordings that the package provides for tests, with one folder for each driver. */
export const FIXTURES_FOLDER = join(here, '../fixtures/')
