// Checks that all files contain the version of a release tag: node scripts/check-release.mjs v1.2.3
import { readFileSync } from 'node:fs'

const [tag = ''] = process.argv.slice(2)
const version = tag.replace(/^v/, '')
const read = (file) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')

const wrong = [
  ['package.json', JSON.parse(read('package.json')).version === version],
  ['package-lock.json', JSON.parse(read('package-lock.json')).version === version],
  ['src/version.ts', read('src/version.ts').includes(`'${version}'`)],
  ['Dockerfile (ARG VERSION)', read('Dockerfile').includes(`\nARG VERSION=${version}\n`)],
  [
    'CHANGELOG.md (a section with its date)',
    new RegExp(`^## ${version} – \\d{4}-\\d\\d-\\d\\d$`, 'm').test(read('CHANGELOG.md')),
  ],
]
  .filter(([, holds]) => !holds)
  .map(([name]) => name)
if (!/^\d+\.\d+\.\d+$/.test(version)) wrong.unshift(`the tag ${tag}`)
for (const name of wrong) process.stderr.write(`${name} does not have version ${version}\n`)
process.exitCode = wrong.length > 0 ? 1 : 0
