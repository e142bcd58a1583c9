import { ChangeDetectionStrategy, Component, CUSTOM_ELEMENTS_SCHEMA, input, signal } from '@angular/core'
import 'genesys-guest-bff/guest-chat'

/** `<app-guest-chat serviceUrl="https://chat.example.com" />` shows the chat and the number of unread messages. */
@Component({
  selector: 'app-guest-chat',
  // Without this schema, Angular rejects custom elements, such as <genesys-guest-chat>.
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (unread() > 0) {
      <p role="status">Unread messages: {{ unread() }}</p>
    }
    <genesys-guest-chat
      [attr.base-url]="serviceUrl()"
      storage="session"
      (guest-chat-unread)="onUnread($event)"
    ></genesys-guest-chat>
  `,
})
export class GuestChatComponent {
  readonly serviceUrl = input.required<string>()
  readonly unread = signal(0)

  onUnread(event: Event): void {
    this.unread.set((event as CustomEvent<{ count: number }>).detail.count)
  }
}
