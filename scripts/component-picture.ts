// Takes the screenshot docs/images/guest-chat.png of the demo:
// npm run build:browser && npx tsx scripts/component-picture.ts

import { chatOf, launchBrowser, openPage } from '../test/browser/open-page.ts'
import { startDemo } from '../test/browser/start-demo.ts'

const demo = await startDemo({ simulator: { agentDelayMs: 0 } })
const browser = await launchBrowser()
const { page } = await openPage(browser, `${demo.url}/demo/?simulated`, {
  viewport: { width: 960, height: 720 },
  reducedMotion: 'reduce',
})
const chat = chatOf(page)
await chat.open()
await chat.say('Hello')
await chat.hears('How can I help you?')
demo.simulator.agentSays('Our *Hale* is back. Shall I keep one for you?\n\n- linen shade\n- € 148')
await chat.hears('Shall I keep one')
demo.simulator.agentSays({ text: 'Which wood?', quickReplies: ['Oak', 'Walnut', 'Show me both'] })
await page.getByRole('group', { name: 'Suggested replies' }).waitFor()
await page.screenshot({ path: 'docs/images/guest-chat.png', clip: { x: 0, y: 0, width: 960, height: 660 } })
await browser.close()
await demo.close()
