// `import 'genesys-guest-bff/guest-chat/react'` defines <genesys-guest-chat> and declares its attributes for
// React 19.
import type { DetailedHTMLProps, HTMLAttributes } from 'react'
import type { GuestChatAttributes, GuestChatElement, GuestChatElementEvents } from './guest-chat.js'

type Listeners = {
  [Name in keyof GuestChatElementEvents as `on${Name}`]?: (event: GuestChatElementEvents[Name]) => void
}
type OwnProps = GuestChatAttributes &
  Listeners & {
    userToken?: GuestChatElement['userToken']
    solveChallenge?: GuestChatElement['solveChallenge']
  }

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'genesys-guest-chat': OwnProps &
        Omit<DetailedHTMLProps<HTMLAttributes<GuestChatElement>, GuestChatElement>, keyof OwnProps>
    }
  }
}

export * from './guest-chat.js'
