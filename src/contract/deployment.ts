import type { PreChatForm } from './pre-chat.ts'

/** The response to `GET /deployment`. */
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
  /** `auto` means the right side or, on a page whose text runs from right to left, the left side. */
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
  /** The form to show before the chat opens, if the service has one. */
  readonly preChat?: PreChatForm
  /** Who can request a callback: everyone (`on`), or only verified visitors. Absent if callbacks are off. */
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
