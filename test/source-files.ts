import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export interface SourceFile {
  /** Below `src`, with forward slashes: `routes/messages.ts`. */
  readonly path: string
  readonly text: string
  readonly imports: readonly Import[]
}

export interface Import {
  /** A path below `src`, or the name of a package. */
  readonly target: string
  readonly isRelative: boolean
  readonly typesOnly: boolean
}

/** Every TypeScript file below `src` with what it imports, as written. */
export function readSourceFiles(): readonly SourceFile[] {
  return readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => path.replaceAll('\\', '/'))
    .map((path) => {
      const text = readFileSync(join('src', path), 'utf8')
      return { path, text, imports: importsOf(path, text) }
    })
}

const IMPORT = /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\('([^']+)'\)/gm

export function importsOf(path: string, text: string): readonly Import[] {
  return [...text.matchAll(IMPORT)].map(([, type, statically, dynamically]) => {
    const specifier = statically ?? dynamically ?? ''
    const isRelative = specifier.startsWith('.')
    return {
      target: isRelative ? join(dirname(path), specifier).replaceAll('\\', '/') : specifier,
      isRelative,
      typesOnly: type !== undefined,
    }
  })
}
