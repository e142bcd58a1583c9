import { expect, test } from '@jest/globals'
import { createSeals } from '../../src/service/shared-state/sealed-text.ts'

const OLD = new Uint8Array(32).fill(1)
const NEW = new Uint8Array(32).fill(2)

test('a sealed text can be opened for its subject with any of the keys, and for no other subject', async () => {
  const sealed = await createSeals([OLD]).seal('subject', 'a text')
  expect(sealed).not.toContain('a text')
  const rotated = createSeals([NEW, OLD])
  expect(await rotated.open('subject', sealed)).toBe('a text')
  expect(await rotated.open('another', sealed)).toBeUndefined()
  expect(await createSeals([NEW]).open('subject', sealed)).toBeUndefined()
  expect(await rotated.open('subject', 'not sealed')).toBeUndefined()
})

test('a hash is the same with the same first key, and different with a different first key', () => {
  expect(createSeals([OLD]).hash('192.0.2.1')).toBe(createSeals([OLD, NEW]).hash('192.0.2.1'))
  expect(createSeals([OLD]).hash('192.0.2.1')).not.toBe(createSeals([NEW]).hash('192.0.2.1'))
})
