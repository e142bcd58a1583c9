import type { PreChatForm } from './pre-chat.ts'

/** The response of `GET /deployment`. */
export interface Deployment {
  readonly id: string
  readonly status: 'active' | 'inactive'
  readonly name?: string
  readonly languages?: readonly string[]
  readonly defaultLanguage?: string
  readonly features?: {
    readonly agentTyping: boolean
    readonly guestTyping: boolean
    readonly end: boolean
    readonly attachments: boolean
    readonly autoStart: boolean
    readonly markdown: boolean
    readonly signIn: boolean
  }
  /** Where Genesys' own chat continues a conversation: on a domain and its subdomains, or on one host. */
  readonly sessionPersistence?: 'across-subdomains' | 'one-domain'
  readonly styles?: { readonly primaryColor?: string }
  readonly launcher?: {
    readonly visibility: 'on' | 'off' | 'on-demand'
    readonly display: 'icon' | 'text' | 'icon-and-text'
    readonly iconUrl?: string
  }
  /** `auto` is the right side, or the left side of a page whose text runs from right to left. */
  readonly position?: {
    readonly alignment: 'auto' | 'left' | 'right'
    readonly sideSpacePx?: number
    readonly bottomSpacePx?: number
  }
  readonly homeScreen?: { readonly enabled: boolean; readonly logoUrl?: string }
  /** The deployment's wording, by language, such as `en-us`. */
  readonly labels?: Readonly<Record<string, DeploymentLabels>>
  /** The bot's appearance, if the deployment configures one. */
  readonly bot?: { readonly name?: string; readonly imageUrl?: string }
  /** What to ask the guest before the chat opens, if the service has such a form. */
  readonly preChat?: PreChatForm
  /** Who can request a callback; absent if callbacks are off. `verified`: only visitors whose identity was verified. */
  readonly callbacks?: 'on' | 'verified'
  /** Whether the knowledge base can be searched, even without a session. */
  readonly knowledge?: boolean
  /** Whether the service accepts page views, and returns invitations to a chat. */
  readonly journey?: boolean
}

export interface DeploymentLabels {
  readonly headerTitle?: string
  readonly headerSubtitle?: string
  readonly launcherText?: string
}
