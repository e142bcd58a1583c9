// Documents the third-party code in the bundles: its licenses, and a software bill of materials for vulnerability
// scanners.

import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)
const PACKAGE_FOLDER = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/
const LICENSE_FILE = /^(licen[cs]e|copying|notice)/i

/** Writes `third-party-licenses.txt` and `sbom.cdx.json` to `out`, for the packages that contain these files. */
export async function writeThirdParty(root, out, files) {
  const folders = new Set(files.map((file) => PACKAGE_FOLDER.exec(file)?.[0]).filter(Boolean))
  // Swagger UI is copied for the page at /docs, not bundled.
  const swagger = dirname(require.resolve('swagger-ui-dist/package.json'))
  const packages = await Promise.all(
    [...[...folders].map((folder) => join(root, folder)), swagger].map(readPackage),
  )
  packages.sort((a, b) => a.id.localeCompare(b.id))
  const unlicensed = packages.filter(({ text }) => text === '')
  if (unlicensed.length > 0) throw new Error(`No license found: ${unlicensed.map(({ id }) => id).join(', ')}`)
  await writeFile(join(out, 'third-party-licenses.txt'), packages.map(licenseSection).join('\n'))
  await writeFile(
    join(out, 'sbom.cdx.json'),
    `${JSON.stringify(await billOfMaterials(root, packages), null, 2)}\n`,
  )
}

async function readPackage(folder) {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const { name, version, license } = manifest
  const names = (await readdir(folder)).filter((file) => LICENSE_FILE.test(file)).sort()
  const texts = await Promise.all(names.map((file) => readFile(join(folder, file), 'utf8')))
  const text = texts.join('\n').trim() || (await licenseInReadme(folder)) || licenseInManifest(manifest)
  return { id: `${name}@${version}`, name, version, license, text }
}

/** Some packages have the license text only at the end of the README. */
async function licenseInReadme(folder) {
  const readme = await readFile(join(folder, 'README.md'), 'utf8').catch(() => '')
  return /^(?:#+ *)?licen[cs]e\b[^]*/im.exec(readme)?.[0].trim() ?? ''
}

/** Other packages only name the license in their manifest, with the author or the address of the source. */
function licenseInManifest({ license, author, repository }) {
  const holder = typeof author === 'string' ? author : author?.name
  const source = typeof repository === 'string' ? repository : repository?.url
  const from = holder ? `Author: ${holder}` : source && `Source: ${source}`
  return license && from ? `License: ${license}. ${from}. The package does not include the license text.` : ''
}

function licenseSection({ id, license, text }) {
  return `${id}${license === undefined ? '' : ` (${license})`}\n\n${text}\n\n${'-'.repeat(80)}\n`
}

/** CycloneDX 1.6, without a time or a serial number, so that the same build produces the same bytes. */
async function billOfMaterials(root, packages) {
  const { name, version, license } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: component('application', { name, version, license }) },
    components: packages.map((each) => component('library', each)),
  }
}

function component(type, { name, version, license }) {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`
  return { type, 'bom-ref': purl, name, version, purl, ...(license && { licenses: [licenseEntry(license)] }) }
}

function licenseEntry(license) {
  return /[ ()]/.test(license) ? { expression: license } : { license: { id: license } }
}
