import ts from 'typescript'

/**
 * Checks bodies against the types of Genesys' own JavaScript SDK (`index.d.ts`) with the TypeScript compiler. The bodies
 * are written as literals, so a field that the type does not have is an error too.
 *
 * @param bodies the SDK's type and the body, by a name for the error message
 * @returns the errors of the compiler, one line each
 */
export function typeErrors(bodies: Record<string, { type: string; body: unknown }>): string[] {
  const root = process.cwd()
  const path = `${root}/test/simulator/bodies.ts`
  const lines = Object.entries(bodies).map(([, { type, body }], index) => {
    return `export const body${index}: Models.${type} = ${JSON.stringify(body)}`
  })
  const source = ["import type { Models } from 'purecloud-platform-client-v2'", ...lines].join('\n')
  const options: ts.CompilerOptions = {
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    esModuleInterop: true,
    types: [],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  }
  const host = ts.createCompilerHost(options)
  const { getSourceFile, fileExists } = host
  host.fileExists = (file) => file === path || fileExists(file)
  host.getSourceFile = (file, ...rest) =>
    file === path ? ts.createSourceFile(path, source, ts.ScriptTarget.Latest) : getSourceFile(file, ...rest)
  const program = ts.createProgram([path], options, host)
  return ts.getPreEmitDiagnostics(program).map(({ messageText, start = 0 }) => {
    const line = source.slice(0, start).split('\n').length - 2
    const name = Object.keys(bodies)[line] ?? 'the import'
    return `${name}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
  })
}
