import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { createCamera, launchForPictures, PICTURES, type Camera, type Picture } from './camera.ts'
import { compare, keep, keptNames, startComparing, type Comparison } from './compare.ts'
import { writeGallery } from './gallery.ts'
import { startScriptedService, type ScriptedService } from './scripted-service.ts'
import { STATES } from './states.ts'

jest.setTimeout(60_000)

const isUpdate = process.env.UPDATE_PICTURES !== undefined
/** The first picture may be taken too early, for example while an image is being decoded. */
const TRIES = 3
const MAX_TRIES = 20

let browser: Browser
let service: ScriptedService
let camera: Camera

beforeAll(async () => {
  startComparing()
  browser = await launchForPictures()
  service = await startScriptedService(STATES)
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin' })
  context.setDefaultTimeout(10_000)
  camera = await createCamera(await context.newPage(), service)
})

afterAll(async () => {
  await browser.close()
  await service.close()
  writeGallery(PICTURES)
})

test.each(Object.keys(STATES))('the chat in the state “%s” matches its expected pictures', async (state) => {
  const differences: string[] = []
  for (const picture of PICTURES.filter((one) => one.state === state)) {
    await camera.pose(picture)
    const { isSame, difference } = await look(picture)
    if (!isSame) differences.push(`${picture.name}: ${difference}`)
  }
  // test-output/pictures/index.html shows the new pictures next to those in test/browser/pictures/expected.
  expect(differences).toEqual([])
})

test('every expected picture is committed, and no other picture is', () => {
  expect(keptNames().sort()).toEqual(PICTURES.map(({ name }) => name).sort())
})

async function look({ name }: Picture): Promise<Comparison> {
  let taken = await camera.take()
  for (let tries = 1; ; tries++) {
    const comparison = compare(name, taken)
    if (comparison.isSame && !isUpdate) return comparison
    const before = taken
    taken = await camera.take()
    if (tries < TRIES || (tries < MAX_TRIES && !taken.equals(before))) continue
    if (!isUpdate) return comparison
    // An update replaces every picture, so that changes too small for the comparison do not add up.
    keep(name, taken)
    return { isSame: true, difference: '' }
  }
}
