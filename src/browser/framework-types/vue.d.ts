// `import 'genesys-guest-bff/guest-chat/vue'` defines <genesys-guest-chat> and declares its attributes for
// Vue's templates.
import type { HTMLAttributes } from 'vue'
import type { GuestChatAttributes, GuestChatElement, GuestChatElementEvents } from './guest-chat.js'

type Capitalized<Name extends string> = Name extends `${infer First}-${infer Rest}`
  ? `${Capitalize<First>}${Capitalized<Rest>}`
  : Capitalize<Name>
type Listeners = {
  [Name in keyof GuestChatElementEvents as `on${Capitalized<Name>}`]?: (
    event: GuestChatElementEvents[Name],
  ) => void
}
type OwnProps = GuestChatAttributes &
  Listeners & {
    userToken?: GuestChatElement['userToken']
    solveChallenge?: GuestChatElement['solveChallenge']
  }

declare module 'vue' {
  interface GlobalComponents {
    'genesys-guest-chat': new () => { $props: OwnProps & Omit<HTMLAttributes, keyof OwnProps> }
  }
}

export * from './guest-chat.js'
