import 'genesys-guest-bff/guest-chat/vue'
import type { GlobalComponents } from 'vue'
type Props = InstanceType<GlobalComponents['genesys-guest-chat']>['$props']
export const ok: Props = {
  storage: 'session',
  class: 'x',
  onGuestChatUnread: (event) => event.detail.count.toFixed(),
}
// @ts-expect-error no such storage
export const bad: Props = { storage: 'sesion' }
