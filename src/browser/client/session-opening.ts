import { asProblem, isSessionOver } from './chat-problem.ts'
import type { SessionDescription } from '../../contract/contract.ts'
import type { GuestChatOptions } from './guest-chat.ts'
import type { Requests } from './requests.ts'
import type { TokenStore } from './token-store.ts'

/** How long a failed request is retried while the guest waits for the session to open. */
const REPEAT_FOR_MS = 20_000

export interface Opening {
  readonly guest: GuestChatOptions['guest'] | undefined
  readonly userToken: GuestChatOptions['userToken'] | undefined
}

/**
 * Resumes the stored guest session, or opens a new one.
 * @param startNew whether to start a new conversation instead of resuming the stored one
 * @throws {ChatProblem}
 */
export async function openOrResume(
  { guest, userToken }: Opening,
  { requests, tokens }: { readonly requests: Requests; readonly tokens: TokenStore },
  startNew: boolean,
  signal: AbortSignal,
): Promise<SessionDescription> {
  const visitor = typeof userToken === 'function' ? await userToken() : userToken
  const details = { ...guest, ...(visitor !== undefined && { userToken: visitor }) }
  const post = async (json: object) => {
    const request = { json, repeatForMs: REPEAT_FOR_MS, signal }
    return (await requests.call('POST', 'guest-session', request)) as SessionDescription
  }
  if (tokens.read() === undefined) return post(details)
  try {
    return await post(startNew ? { ...details, startNew } : details)
  } catch (error) {
    const problem = asProblem(error)
    // If the stored session is over, or if the service cannot start a new conversation in it, a session is opened for a
    // new guest.
    if (!isSessionOver(problem) && !(startNew && problem.status === 501)) throw problem
    tokens.forget()
    return post(details)
  }
}
