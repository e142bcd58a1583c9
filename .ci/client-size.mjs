// Keeps the files that a page loads small; the bounds are for the compressed files.
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const MAX_BYTES = [
  [/^client\.js$/, 7150],
  [/^guest-chat\.js$/, 29_150],
  // Loaded when a conversation starts.
  [/^guest-chat-structured-content-\w+\.js$/, 6850],
  // Loaded for the first message with rich text.
  [/^guest-chat-rich-text-\w+\.js$/, 2500],
  // Loaded when a guest chooses a file.
  [/^guest-chat-upload-tray-\w+\.js$/, 2700],
  // Loaded when a guest wants to end the conversation.
  [/^guest-chat-end-sheet-\w+\.js$/, 1250],
  // Loaded if a challenge must be solved before a session opens.
  [/^guest-chat-solve-altcha-\w+\.js$/, 450],
  // Loaded if guests can download their conversation.
  [/^guest-chat-transcript-button-\w+\.js$/, 1400],
  // Loaded by pages that show when the contact center is open.
  [/^guest-chat-availability-view-\w+\.js$/, 5000],
  // Loaded while the contact center is closed, if guests can request a callback.
  [/^guest-chat-callback-form-\w+\.js$/, 6000],
  // Loaded if a server other than the service responds.
  [/^guest-chat-wrong-address-\w+\.js$/, 400],
  // Loaded by pages that use sound.
  [/^guest-chat-chime-\w+\.js$/, 400],
  // Loaded if the service has articles.
  [/^guest-chat-knowledge-view-\w+\.js$/, 6750],
  // Loaded if the service has a form for new guests.
  [/^guest-chat-pre-chat-\w+\.js$/, 3300],
  // Loaded at the end of a conversation, if the service accepts scores.
  [/^guest-chat-survey-\w+\.js$/, 2200],
  // Loaded by pages whose visitors have consented to the journey.
  [/^guest-chat-journey-\w+\.js$/, 3000],
  // Loaded by pages that support sign-in requests and offers.
  [/^guest-chat-prompts-\w+\.js$/, 1250],
  // One of these is loaded if the page is not in English.
  [/^guest-chat-[a-z]{2}-\w+\.js$/, 2000],
]

const files = readdirSync('dist/browser')
for (const [name, maxBytes] of MAX_BYTES) {
  const found = files.filter((file) => name.test(file))
  if (found.length === 0) fail(`No file has a name that matches ${name}`)
  for (const file of found) {
    const bytes = gzipSync(readFileSync(`dist/browser/${file}`)).length
    process.stdout.write(`${file}: ${bytes} of at most ${maxBytes} bytes\n`)
    if (bytes > maxBytes) fail(`${file} is too large`)
  }
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exitCode = 1
}
