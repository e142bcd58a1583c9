// `import 'genesys-guest-bff/guest-chat/preact'` defines <genesys-guest-chat> and declares its attributes for
// Preact.
import type { JSX, Ref } from 'preact'
import type { GuestChatAttributes, GuestChatElement, GuestChatElementEvents } from './guest-chat.js'

type Listeners = {
  [Name in keyof GuestChatElementEvents as `on${Name}`]?: (event: GuestChatElementEvents[Name]) => void
}
type OwnProps = GuestChatAttributes &
  Listeners & {
    userToken?: GuestChatElement['userToken']
    solveChallenge?: GuestChatElement['solveChallenge']
    ref?: Ref<GuestChatElement>
  }

declare module 'preact' {
  namespace JSX {
    interface IntrinsicElements {
      'genesys-guest-chat': OwnProps & Omit<JSX.IntrinsicElements['div'], keyof OwnProps>
    }
  }
}

export * from './guest-chat.js'
