import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

interface LockedPackage {
  readonly dev?: boolean
  readonly hasInstallScript?: boolean
}

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))
const { allowScripts, scarfSettings } = read('package.json') as {
  readonly allowScripts: Record<string, boolean>
  readonly scarfSettings: { readonly enabled: boolean }
}
const { packages } = read('package-lock.json') as { readonly packages: Record<string, LockedPackage> }
const withScript = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript)

test('no dependency of the published package runs a script when it is installed', () => {
  expect(withScript.filter(([, { dev }]) => !dev)).toEqual([])
})

test('each tool with an install script is explicitly allowed or forbidden to run it', () => {
  const names = withScript.map(([path]) => path.replace(/^.*node_modules\//, ''))
  expect(names.sort()).toEqual(Object.keys(allowScripts).sort())
})

test('the script that reports installations is off, even for npm versions that ignore allowScripts', () => {
  expect(allowScripts['@scarf/scarf']).toBe(false)
  expect(scarfSettings).toEqual({ enabled: false })
})
