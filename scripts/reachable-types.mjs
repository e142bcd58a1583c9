import { copyFile, mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import ts from 'typescript'

/** Copies the declaration files of these entries and all declaration files that they import, directly or indirectly. */
export async function copyReachableTypes(entries, from, to) {
  const reached = new Set(entries)
  for (const file of reached) {
    const text = await readFile(join(from, file), 'utf8')
    for (const { fileName } of ts.preProcessFile(text).importedFiles)
      if (fileName.startsWith('.')) reached.add(join(dirname(file), fileName.replace(/\.[jt]s$/, '.d.ts')))
    await mkdir(dirname(join(to, file)), { recursive: true })
    await copyFile(join(from, file), join(to, file))
  }
}
