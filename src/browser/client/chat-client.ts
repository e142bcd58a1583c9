import { uploadFile } from './attachments.ts'
import { isOffline, retryNow } from './backoff.ts'
import { asProblem, ChatProblem, isSessionOver } from './chat-problem.ts'
import type { Availability, ChangedAttributes, Deployment } from '../../contract/contract.ts'
import { Conversation } from './conversation.ts'
import type { GuestChat, GuestChatOptions } from './guest-chat.ts'
import { createRequests, folderUrl } from './requests.ts'
import { createTokenStore } from './token-store.ts'
import { throttleTyping } from './typing.ts'

export { ChatProblem }
export type * from '../../contract/contract.ts'
export type * from './guest-chat.ts'
export type { UploadOptions } from './attachments.ts'
export type { ProblemCode } from './chat-problem.ts'
export type { RequestOfPath } from './requests.ts'
export type { StorageChoice, TokenStorage } from './token-store.ts'
export type { ChatMessage } from './message-list.ts'

/** How long requests are retried after transient failures. */
const REPEAT_FOR_MS = 20_000

/**
 * Creates a client for one conversation. Creating it sends no request.
 *
 * @example
 * const chat = createGuestChat({ storage: 'session', guest: { name: 'Jane Doe' } })
 * chat.on('message', ({ sender, text }) => console.log(sender, text))
 * await chat.send('Hello')
 */
export function createGuestChat(options: GuestChatOptions = {}): GuestChat {
  const baseUrl = folderUrl(options.baseUrl ?? moduleFolder(import.meta.url))
  const tokens = createTokenStore(options.storage ?? 'memory', {
    storageKey: options.storageKey ?? 'genesys-guest-session',
    baseUrl,
  })
  const requests = createRequests({
    ...options,
    baseUrl,
    fetch: options.fetch ?? ((...request) => fetch(...request)),
    tokens,
  })
  const conversation = new Conversation({ requests, tokens, options })
  const { messageList, typing, outbox, listeners } = conversation
  const sendTyping = throttleTyping(() => void conversation.call('POST', 'typing').catch(() => undefined))

  return {
    get state() {
      return conversation.state
    },
    get connection() {
      return isOffline() ? 'offline' : conversation.isLive ? 'online' : 'connecting'
    },
    get session() {
      return conversation.session
    },
    get messages() {
      return messageList.messages
    },
    get typing() {
      return typing.sender
    },
    get hasEarlier() {
      return conversation.history.hasEarlier
    },
    get expiresSoonAt() {
      return conversation.expiresSoonAt
    },
    get waiting() {
      return conversation.waiting
    },
    get endReason() {
      return conversation.endReason
    },
    get canResume() {
      return tokens.read() !== undefined
    },
    on: listeners.on,
    can: (capability) => conversation.can(capability),
    open(details) {
      conversation.guest = { ...conversation.guest, ...details }
      return conversation.open()
    },
    send: (message, { idempotencyKey } = {}) =>
      outbox.send(typeof message === 'string' ? { text: message } : message, idempotencyKey),
    retry: (key) => outbox.repeat(key),
    discard: (key) => outbox.discard(key),
    notifyTyping() {
      if (conversation.state === 'open' && conversation.can('typing')) sendTyping()
    },
    async upload(file, uploading = {}) {
      const { limits } = await conversation.open()
      return uploadFile(requests, file, limits, { ...uploading, fetch: options.fetch })
    },
    async attachmentUrl(id) {
      return ((await conversation.call('GET', `attachments/${encodeURIComponent(id)}`)) as { url: string })
        .url
    },
    async deleteAttachment(id) {
      await conversation.call('DELETE', `attachments/${encodeURIComponent(id)}`)
    },
    fetch: (path, init) =>
      requests.open(path, { ...init, headers: { ...conversation.lastHeaders, ...init?.headers } }),
    async setAttributes(attributes) {
      await conversation.open()
      const changed = await conversation.call('PUT', 'guest-attributes', { attributes }, REPEAT_FOR_MS)
      return changed as ChangedAttributes
    },
    async loadEarlier() {
      await conversation.history.loadEarlier()
      return conversation.history.hasEarlier
    },
    deployment: () =>
      requests.call('GET', 'deployment', { repeatForMs: REPEAT_FOR_MS }) as Promise<Deployment>,
    availability: () => requests.call('GET', 'availability') as Promise<Availability>,
    async end() {
      // `conversation.call` is not used, because its signal aborts if live events report the end before the response
      // arrives.
      await requests.call('DELETE', 'guest-session').catch((error: unknown) => {
        if (!isSessionOver(asProblem(error))) throw error
      })
      conversation.end('ended-by-guest')
    },
    startNew: () => conversation.open(true),
    retryNow,
    identify(next) {
      conversation.userToken = next ?? undefined
      return conversation.changeVisitor('guest-session', { userToken: next })
    },
    signIn: (grant) => conversation.changeVisitor('sign-in', grant),
    async signOut() {
      await requests.call('DELETE', 'sign-in')
      conversation.end()
    },
    close() {
      outbox.stop()
      conversation.disconnect('closed')
    },
  }
}

/**
 * The folder of this module. `new URL('.', import.meta.url)` cannot be used, because bundlers treat it as an asset. In
 * a bundle, the module may have no web address; the service is then expected at the root of the page's own site.
 */
function moduleFolder(moduleUrl: string): string {
  return /^https?:/.test(moduleUrl) ? moduleUrl.slice(0, moduleUrl.lastIndexOf('/') + 1) : '/'
}
