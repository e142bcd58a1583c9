import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { AVAILABILITY_TEXTS } from '../../src/browser/element/availability/availability-texts.ts'
import { CALLBACK_TEXTS } from '../../src/browser/element/availability/callback-texts.ts'
import { wordsFor as journeyWords } from '../../src/browser/element/journey/words.ts'
import { KNOWLEDGE_TEXTS } from '../../src/browser/element/knowledge/knowledge-texts.ts'
import { wordsFor as preChatWords } from '../../src/browser/element/pre-chat/words.ts'
import { wordsFor as surveyWords } from '../../src/browser/element/survey/words.ts'
import { loadTexts } from '../../src/browser/element/texts/texts.ts'
import { WORDS } from '../../src/service/features/transcript/words.ts'

const languages = readdirSync('src/browser/element/texts').flatMap((file) =>
  file === 'en.ts' ? [] : (/^([a-z]{2})\.ts$/.exec(file)?.[1] ?? []),
)
const documented =
  /^\| `language` .*$/m.exec(readFileSync('docs/client.md', 'utf8'))?.[0] ?? 'docs/client.md has no such row'

test('the languages of the chat are found', () => {
  expect(languages.length).toBeGreaterThan(8)
})

test.each(languages)('%s has words in every part of the chat, and is documented', async (language) => {
  expect(await loadTexts(language)).not.toBe(await loadTexts('en'))
  for (const texts of [AVAILABILITY_TEXTS, CALLBACK_TEXTS, KNOWLEDGE_TEXTS, WORDS])
    expect(Object.keys(texts)).toContain(language)
  for (const words of [journeyWords, preChatWords, surveyWords])
    expect(words(language)).not.toEqual(words('en'))
  expect(documented).toContain(`\`${language}\``)
})
