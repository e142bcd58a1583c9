import { expect, test } from '@jest/globals'
import { solveAltcha } from '../../../src/browser/element/challenge/solve-altcha.ts'
import { CHALLENGE_LIFETIME_MS, createAltcha } from '../../../src/service/features/challenge/altcha.ts'

const KEY = new Uint8Array(32).fill(1)
const OTHER_KEY = new Uint8Array(32).fill(2)
let nowMs = 1_700_000_000_000
const altchaWith = (...keys: Uint8Array[]) => createAltcha({ keys, maxNumber: 300, now: () => nowMs })

const changed = (solution: string, changes: object) =>
  Buffer.from(
    JSON.stringify({ ...(JSON.parse(Buffer.from(solution, 'base64').toString()) as object), ...changes }),
  ).toString('base64')
const numberOf = (solution: string) =>
  (JSON.parse(Buffer.from(solution, 'base64').toString()) as { number: number }).number

test('verifying the chat’s solution returns the challenge’s signature', async () => {
  const altcha = altchaWith(KEY)
  const challenge = altcha.create()
  expect(altcha.verify(await solveAltcha(challenge))).toBe(challenge.signature)
})

test('a solution is accepted only by replicas that have its key, even if they also have a newer key', async () => {
  const solution = await solveAltcha(altchaWith(KEY).create())
  expect(altchaWith(OTHER_KEY, KEY).verify(solution)).toBeDefined()
  expect(altchaWith(OTHER_KEY).verify(solution)).toBeUndefined()
  const rotated = altchaWith(KEY)
  rotated.replaceKeys([OTHER_KEY])
  expect(rotated.verify(solution)).toBeUndefined()
})

test('a solution expires after the lifetime of its challenge', async () => {
  const altcha = altchaWith(KEY)
  const solution = await solveAltcha(altcha.create())
  nowMs += CHALLENGE_LIFETIME_MS - 1
  expect(altcha.verify(solution)).toBeDefined()
  nowMs += 1001
  expect(altcha.verify(solution)).toBeUndefined()
})

test('a changed or malformed solution is refused', async () => {
  const altcha = altchaWith(KEY)
  const { salt, challenge } = altcha.create()
  const solution = await solveAltcha(altcha.create())
  const number = numberOf(solution)
  for (const wrong of [
    '',
    'x',
    'bnVsbA==',
    changed(solution, { number: number + 1 }),
    changed(solution, { number: String(number) }),
    changed(solution, { number: -1 }),
    changed(solution, { salt }),
    changed(solution, { challenge }),
    changed(solution, { signature: 'x' }),
    changed(solution, { algorithm: 'SHA-1' }),
    changed(solution, {
      salt: `${salt}${String(number).slice(0, 1)}`,
      number: Number(String(number).slice(1)),
    }),
  ])
    expect(altcha.verify(wrong)).toBeUndefined()
})

test('solving a challenge that has no solution fails', async () => {
  await expect(solveAltcha({ ...altchaWith(KEY).create(), challenge: 'none' })).rejects.toThrow(/no solution/)
})
