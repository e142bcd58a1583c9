import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { AVAILABILITY_TEXTS } from '../../src/browser/element/availability/availability-texts.ts'
import { CALLBACK_TEXTS } from '../../src/browser/element/availability/callback-texts.ts'
import { INVITATION_TEXTS } from '../../src/browser/element/journey/invitation-texts.ts'
import { KNOWLEDGE_TEXTS } from '../../src/browser/element/knowledge/knowledge-texts.ts'
import { PRE_CHAT_TEXTS } from '../../src/browser/element/pre-chat/pre-chat-texts.ts'
import { SURVEY_TEXTS } from '../../src/browser/element/survey/survey-texts.ts'
import { loadTexts } from '../../src/browser/element/texts/texts.ts'
import { TRANSCRIPT_TEXTS } from '../../src/service/features/transcript/transcript-texts.ts'

const languages = readdirSync('src/browser/element/texts').flatMap((file) =>
  file === 'en.ts' ? [] : (/^([a-z]{2})\.ts$/.exec(file)?.[1] ?? []),
)
const documented =
  /^\| `language` .*$/m.exec(readFileSync('docs/client.md', 'utf8'))?.[0] ?? 'docs/client.md has no such row'

test('the chat supports more than eight languages besides English', () => {
  expect(languages.length).toBeGreaterThan(8)
})

const LAZY_TEXTS = [
  AVAILABILITY_TEXTS,
  CALLBACK_TEXTS,
  INVITATION_TEXTS,
  KNOWLEDGE_TEXTS,
  PRE_CHAT_TEXTS,
  SURVEY_TEXTS,
  TRANSCRIPT_TEXTS,
]

test.each(languages)(
  'every part of the chat has texts in the language %s, and docs/client.md names that language',
  async (language) => {
    expect(await loadTexts(language)).not.toBe(await loadTexts('en'))
    for (const texts of LAZY_TEXTS) expect(Object.keys(texts)).toContain(language)
    expect(documented).toContain(`\`${language}\``)
  },
)
