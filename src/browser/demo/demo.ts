/** What the shop's own page does with the chat: a button that opens it, and a word on where the answers come from. */

const chat = document.querySelector<HTMLElement & { open: boolean }>('genesys-guest-chat')
document.querySelector('#ask')?.addEventListener('click', () => {
  if (chat) chat.open = true
})

/** The simulator names its deployment so; `?simulated` says it for a page that is shown without it. */
async function isSimulated(): Promise<boolean> {
  if (new URLSearchParams(location.search).has('simulated')) return true
  const answer = await fetch('../deployment')
  const { name } = (answer.ok ? await answer.json() : {}) as { name?: string }
  return /simulat/i.test(name ?? '')
}

const notice = document.querySelector<HTMLElement>('#notice')
if (notice) notice.hidden = !(await isSimulated().catch(() => false))

export {}
