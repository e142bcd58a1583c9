/**
 * Attributes of `<genesys-guest-chat>`, as written in HTML, JSX and templates. `open`, `color-scheme` and `launcher` work
 * at any time. The others are ignored once the chat has been opened or the page has read the property `chat`. The console
 * shows a warning about an attribute that is set too late or is wrong.
 */
export interface GuestChatAttributes {
  /** Address of the service. Default: the folder of this script. Set it if the script is part of a bundle. */
  'base-url'?: string
  /**
   * Where the session token may be stored: `memory`, `session` or `local`. Default: `local` if the deployment has a
   * `sessionPersistenceType`, else `memory`.
   */
  storage?: 'memory' | 'session' | 'local'
  /**
   * Sends the visitor's page views to Genesys' journey, and shows the invitations that its action maps offer, if the service has
   * `JOURNEY`. Set it only after the visitor has agreed. The value states where the visitor's id may be stored: `memory`, `session` or
   * `local`. Default: no page view is sent.
   */
  journey?: 'memory' | 'session' | 'local'
  /** Key under which the session token is stored. Default `genesys-guest-session`. */
  'storage-key'?: string
  /**
   * `en`, `de`, `fr`, `es`, `it`, `pt`, `nl`, `pl`, `ja` or `ar`; for other languages, the chat is in English. Default: the
   * page's own `lang`, else the browser's language.
   */
  language?: string
  /** The guest's name, if known. */
  name?: string
  /** The guest's e-mail address. */
  email?: string
  /** The guest's telephone number. */
  phone?: string
  /** JSON: attributes of the guest. (In HTML, `attributes` works too, but frameworks confuse that name with a DOM property.) */
  'guest-attributes'?: string
  /** JSON: texts that replace the chat's own. */
  texts?: string
  /** `corner` (default), or `inline` to fill the element's own box. */
  placement?: 'corner' | 'inline'
  /**
   * `start`, `end`, `left` or `right`: the corner of the page. Default: the deployment's setting, else `end`,
   * which is the right side, or the left side in languages that are written from right to left.
   */
  side?: 'start' | 'end' | 'left' | 'right'
  /**
   * Distance from the edges of the page, as one or two CSS lengths: from the bottom and from the side.
   * Default `1.5rem`.
   */
  offset?: string
  /**
   * The chat button: `always`, `on-demand` (shown once the chat has been opened) or `none`, for a page with
   * its own button. Default: the deployment's setting, else `always`.
   */
  launcher?: 'always' | 'on-demand' | 'none'
  /**
   * What the chat does while the contact center is closed and no conversation is under way: `hide` hides the button, `notice`
   * shows in the panel when the contact center opens. Both show the slot `closed` in the panel. The service must know the opening
   * hours. Default: the chat does not request the opening hours.
   */
  'when-closed'?: 'hide' | 'notice'
  /**
   * Articles for a new guest, if the service has `KNOWLEDGE`: `offer` shows a search above the conversation until the guest has
   * written, `first` opens the chat only after a search, and `none` shows no articles. Default `offer`.
   */
  knowledge?: 'offer' | 'first' | 'none'
  /**
   * Notifications of unread messages in addition to the button, separated by a space: `title`, `sound`.
   * Default: neither.
   */
  notify?: string
  /**
   * Requests that the page handles, separated by a space: `sign-in`, `co-browse`, `video`. The chat then asks the
   * guest, and the page gets the event `guest-chat-accept`. Without this attribute, requests and offers only cause
   * the events `guest-chat-sign-in` and `guest-chat-offer`.
   */
  prompts?: string
  /** Whether the panel is shown. */
  open?: boolean | ''
  /** `light` or `dark`. Default: the visitor's preference. */
  'color-scheme'?: 'light' | 'dark'
}
