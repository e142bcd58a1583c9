/**
 * Attributes of `<genesys-guest-chat>`, as written in HTML, JSX and templates. `open`, `color-scheme` and `launcher` can
 * change at any time. Changes to the others are ignored once the chat has been opened or the page has read the property `chat`.
 * The console shows a warning if an attribute is changed too late or has an invalid value.
 */
export interface GuestChatAttributes {
  /** Address of the service. Default: the folder of this script. Set it if the script is part of a bundle. */
  'base-url'?: string
  /**
   * Where the session token may be stored: `memory`, `session` or `local`. Default: `local` if the deployment has a
   * `sessionPersistenceType`, otherwise `memory`.
   */
  storage?: 'memory' | 'session' | 'local'
  /**
   * Sends the visitor's page views to Genesys' journey and shows the invitations that its action maps offer, if `JOURNEY` is on in
   * the service. Set this attribute only after the visitor has consented. Its value determines where the visitor's id may be stored:
   * `memory`, `session` or `local`. Default: no page views are sent.
   */
  journey?: 'memory' | 'session' | 'local'
  /** Key under which the session token is stored. Default `genesys-guest-session`. */
  'storage-key'?: string
  /**
   * `en`, `de`, `fr`, `es`, `it`, `pt`, `nl`, `pl`, `ja` or `ar`; for other languages, the chat is in English. Default: the
   * page's own `lang`, otherwise the browser's language.
   */
  language?: string
  /** The guest's name, if known. */
  name?: string
  /** The guest's e-mail address. */
  email?: string
  /** The guest's telephone number. */
  phone?: string
  /** JSON: the guest's attributes. (In HTML, `attributes` works too, but frameworks confuse that name with a DOM property.) */
  'guest-attributes'?: string
  /** JSON: texts that replace the chat's own. */
  texts?: string
  /** `corner` (default), or `inline` to fill the element's own box. */
  placement?: 'corner' | 'inline'
  /**
   * The side of the page on which the chat is shown: `start`, `end`, `left` or `right`. Default: the deployment's setting, otherwise
   * `end`, which is the right side or, in languages that are written from right to left, the left side.
   */
  side?: 'start' | 'end' | 'left' | 'right'
  /**
   * Distance from the bottom and from the side of the page, as one CSS length for both or two CSS lengths.
   * Default `1.5rem`.
   */
  offset?: string
  /**
   * When the chat button is shown: `always`, `on-demand` (once the chat has been opened) or `none` (for a page with
   * its own button). Default: the deployment's setting, otherwise `always`.
   */
  launcher?: 'always' | 'on-demand' | 'none'
  /**
   * What the chat does while the contact center is closed and no conversation is active: `hide` hides the button, and `notice`
   * shows the next opening time in the panel. With either value, the panel shows the slot `closed`. The service must know the
   * opening hours. Default: the chat does not request the opening hours.
   */
  'when-closed'?: 'hide' | 'notice'
  /**
   * How a new guest finds articles, if `KNOWLEDGE` is on in the service: `offer` shows a search above the conversation until the
   * guest sends a message, `first` shows only the search until the guest chooses to write, and `none` shows no search. Default `offer`.
   */
  knowledge?: 'offer' | 'first' | 'none'
  /**
   * How the guest is notified of unread messages, in addition to the number on the button: `title`, `sound`, or both, separated by
   * a space. Default: neither.
   */
  notify?: string
  /**
   * The requests that the page can handle, separated by spaces: `sign-in`, `co-browse`, `video`. The chat asks the guest
   * about them, and the page gets the event `guest-chat-accept` if the guest accepts. Other requests only cause the events
   * `guest-chat-sign-in` and `guest-chat-offer`.
   */
  prompts?: string
  /** Whether the panel is shown. */
  open?: boolean | ''
  /** `light` or `dark`. Default: the visitor's preference. */
  'color-scheme'?: 'light' | 'dark'
}
