/**
 * Attributes of `<genesys-guest-chat>`, as HTML, JSX and templates write them. `open`, `color-scheme` and `launcher` work
 * at any time. The others count until the chat is opened, or the page takes its `chat`; the console says which came too
 * late, and what is wrong with one.
 */
export interface GuestChatAttributes {
  /** Address of the service. Default: the folder of this script. Set it in a bundle. */
  'base-url'?: string
  /**
   * Where the session token may be kept: `memory`, `session` or `local`. Default: `local` if the deployment has a
   * `sessionPersistenceType`, else `memory`.
   */
  storage?: 'memory' | 'session' | 'local'
  /**
   * Sends the visitor's page views to Genesys' journey, and shows the invitations of its action maps, where the service has
   * `JOURNEY`: set it when the visitor has agreed. It says where the visitor's id may be kept: `memory`, `session` or `local`.
   * Default: no page view is sent.
   */
  journey?: 'memory' | 'session' | 'local'
  /** Key under which it is stored. Default `genesys-guest-session`. */
  'storage-key'?: string
  /**
   * `en`, `de`, `fr`, `es`, `it`, `pt`, `nl`, `pl`, `ja` or `ar`; English for others. Default: the page's own `lang`,
   * else the browser's.
   */
  language?: string
  /** The guest's name, if known. */
  name?: string
  /** The guest's e-mail address. */
  email?: string
  /** The guest's telephone number. */
  phone?: string
  /** JSON: attributes of the guest. (HTML may also say `attributes`; frameworks take that for a DOM property.) */
  'guest-attributes'?: string
  /** JSON: texts that replace the chat's own. */
  texts?: string
  /** `corner` (default), or `inline` to fill the element's own box. */
  placement?: 'corner' | 'inline'
  /**
   * `start`, `end`, `left` or `right`: the corner of the page. Default: the deployment's setting, else `end`,
   * which is right, or left for languages that are written from right to left.
   */
  side?: 'start' | 'end' | 'left' | 'right'
  /**
   * Distance from the edges of the page, as one or two CSS lengths: from the bottom and from the side.
   * Default `1.5rem`.
   */
  offset?: string
  /**
   * The chat button: `always`, `on-demand` (shown after the chat was first opened) or `none`, for a page with
   * its own button. Default: the deployment's setting, else `always`.
   */
  launcher?: 'always' | 'on-demand' | 'none'
  /**
   * What the chat does while the contact center is closed and no conversation is under way: `hide` hides the button, `notice` says
   * in the panel when it opens. Both show the slot `closed` in the panel. The service must know the opening hours. Default: it
   * does not ask.
   */
  'when-closed'?: 'hide' | 'notice'
  /**
   * Articles for a new guest, where the service has `KNOWLEDGE`: `offer` shows a search above the conversation until the guest has
   * written, `first` opens the chat only after a search, and `none` shows no articles. Default `offer`.
   */
  knowledge?: 'offer' | 'first' | 'none'
  /**
   * Notifications of unread messages in addition to the button, separated by a space: `title`, `sound`.
   * Default: neither.
   */
  notify?: string
  /**
   * Requests that the page handles, separated by a space: `sign-in`, `co-browse`, `video`. The chat then asks
   * the guest, and the page gets `guest-chat-accept`. Without it, requests and offers only cause the events
   * `guest-chat-sign-in` and `guest-chat-offer`.
   */
  prompts?: string
  /** Whether the panel is shown. */
  open?: boolean | ''
  /** `light` or `dark`. Default: the visitor's preference. */
  'color-scheme'?: 'light' | 'dark'
}
