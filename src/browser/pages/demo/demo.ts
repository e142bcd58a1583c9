/** The demo's shop page: a button that opens the chat, the sign-in, and a note that the agent is simulated. */
import type { GuestChat } from '../../client/chat-client.ts'

const AGENT_VIEW_EVERY_MS = 1500

const chat = document.querySelector<HTMLElement & { open: boolean; readonly chat: GuestChat | undefined }>(
  'genesys-guest-chat',
)
document.querySelector('#ask')?.addEventListener('click', () => {
  if (chat) chat.open = true
})

/** The name of the simulator's deployment contains `simulat`; `?simulated` has the same effect without the simulator. */
async function isSimulated(): Promise<boolean> {
  if (new URLSearchParams(location.search).has('simulated')) return true
  const answer = await fetch('../deployment')
  const { name } = (answer.ok ? await answer.json() : {}) as { name?: string }
  return /simulat/i.test(name ?? '')
}

const notice = document.querySelector<HTMLElement>('#notice')
if (notice) notice.hidden = !(await isSimulated().catch(() => false))

/** The website's sign-in exists only if the demo runs together with its example website. */
const agentView = document.querySelector<HTMLElement>('#agent-view')
const attributes = document.querySelector<HTMLElement>('#agent-view-attributes')
const signInButton = document.querySelector<HTMLButtonElement>('#sign-in')
/** Kept across reloads, like the conversation. */
let isSignedIn = sessionStorage.getItem('signed-in') === 'yes'
showSignIn()

signInButton?.addEventListener('click', () => void signInOrOut(signInButton))

async function signInOrOut(button: HTMLButtonElement): Promise<void> {
  button.disabled = true
  try {
    await chat?.chat?.identify(isSignedIn ? null : await userToken())
    isSignedIn = !isSignedIn
    sessionStorage.setItem('signed-in', isSignedIn ? 'yes' : 'no')
    showSignIn()
  } finally {
    button.disabled = false
  }
}

function showSignIn(): void {
  if (signInButton) signInButton.textContent = isSignedIn ? 'Sign out' : 'Sign in as Jane'
}

async function userToken(): Promise<string> {
  const answer = await fetch('../website/sign-in', { method: 'POST' })
  return ((await answer.json()) as { userToken: string }).userToken
}

async function showAgentView(): Promise<void> {
  const answer = await fetch('../website/agent-view')
  if (!answer.ok || !agentView || !attributes || !signInButton) return
  agentView.hidden = false
  signInButton.hidden = false
  const seen = Object.entries((await answer.json()) as Record<string, string>).filter(
    ([, value]) => value !== '',
  )
  const rows = seen.length === 0 ? [['', 'Nothing yet: write to the agent first.']] : seen
  attributes.replaceChildren(
    ...rows.flatMap(([key = '', value = '']) => [cell('dt', key), cell('dd', value)]),
  )
  setTimeout(() => void showAgentView().catch(() => undefined), AGENT_VIEW_EVERY_MS)
}

function cell(name: 'dt' | 'dd', text: string): HTMLElement {
  const node = document.createElement(name)
  node.textContent = text
  return node
}

if (notice?.hidden === false) await showAgentView().catch(() => undefined)
