/**
 * Attributes of `<genesys-guest-chat>`, as HTML, JSX and templates write them. `open`, `color-scheme` and `launcher` work
 * at any time. The others count until the chat is opened, or the page takes its `chat`; the console says which came too
 * late, and what is wrong with one.
 */
export interface GuestChatAttributes {
  /** Where the service is mounted. Default: the folder this script came from. In a bundle, set it. */
  'base-url'?: string
  /**
   * Where the session token may be kept: `memory`, `session` or `local`. Default: `local` if the deployment has a
   * `sessionPersistenceType`, else `memory`.
   */
  storage?: 'memory' | 'session' | 'local'
  /** Name under which it is kept. Default `genesys-guest-session`. */
  'storage-key'?: string
  /**
   * `en`, `de`, `fr`, `es`, `it`, `pt`, `nl`, `pl`, `ja` or `ar`; English for others. Default: the page's own `lang`,
   * else the browser's.
   */
  language?: string
  /** The guest's name, where it is known. */
  name?: string
  /** The guest's e-mail address. */
  email?: string
  /** The guest's telephone number. */
  phone?: string
  /** JSON: attributes of the guest. (HTML may also say `attributes`; frameworks take that for a DOM property.) */
  'guest-attributes'?: string
  /** JSON: changes to what the chat says by itself. */
  texts?: string
  /** `corner` (default), or `inline` to fill the element's own box. */
  placement?: 'corner' | 'inline'
  /**
   * `start`, `end`, `left` or `right`: the corner of the page. Default: what the deployment says, else `end`, which is
   * right, or left where the language is written from right to left.
   */
  side?: 'start' | 'end' | 'left' | 'right'
  /** Distance from the edges of the page, one CSS length or two: from the bottom and from the side. Default `1.5rem`. */
  offset?: string
  /**
   * The chat button: `always`, `on-demand` (shown from the first time that the chat is opened) or `none`, for a page with
   * a button of its own. Default: what the deployment says, else `always`.
   */
  launcher?: 'always' | 'on-demand' | 'none'
  /** What tells of unread messages besides the button, separated by a space: `title`, `sound`. Default: neither. */
  notify?: string
  /**
   * What the page takes up, separated by a space: `sign-in`, `co-browse`, `video`. The guest is then asked, and the page
   * gets `guest-chat-accept`; without it, requests and offers are `guest-chat-sign-in` and `guest-chat-offer` alone.
   */
  prompts?: string
  /** The panel is shown. */
  open?: boolean | ''
  /** `light` or `dark`. Default: what the visitor prefers. */
  'color-scheme'?: 'light' | 'dark'
}
