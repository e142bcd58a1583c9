import { useEffect, useMemo, useSyncExternalStore } from 'react'
import { createGuestChat, type GuestChat, type GuestChatOptions } from 'genesys-guest-bff/client'

/** The state that a component renders. Each change creates a new object. */
export type GuestChatView = Pick<GuestChat, 'state' | 'connection' | 'messages' | 'typing' | 'hasEarlier'>

/**
 * Holds a conversation while the component is mounted. A stored conversation is resumed immediately; a new
 * conversation starts with the first `chat.send`.
 *
 * @param options read when the component is mounted; later changes are ignored
 */
export function useGuestChat(options: GuestChatOptions): GuestChatView & { readonly chat: GuestChat } {
  // The list of dependencies is empty, so that the component keeps its conversation.
  const store = useMemo(() => createStore(createGuestChat(options)), [])
  const view = useSyncExternalStore(store.subscribe, store.view, store.view)
  useEffect(() => {
    if (store.chat.canResume) void store.chat.open().catch(() => undefined)
    return () => store.chat.close()
  }, [store])
  return { ...view, chat: store.chat }
}

function createStore(chat: GuestChat) {
  let view = viewOf(chat)
  return {
    chat,
    view: () => view,
    subscribe: (onChange: () => void) =>
      chat.on('change', () => {
        view = viewOf(chat)
        onChange()
      }),
  }
}

function viewOf({ state, connection, messages, typing, hasEarlier }: GuestChat): GuestChatView {
  return { state, connection, messages, typing, hasEarlier }
}
