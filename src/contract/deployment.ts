/** The answer of `GET /deployment`. */
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
  readonly styles?: { readonly primaryColor?: string }
  readonly launcher?: {
    readonly visibility: 'on' | 'off' | 'on-demand'
    readonly display: 'icon' | 'text' | 'icon-and-text'
    readonly iconUrl?: string
  }
  /** `auto` is the right side, or the left one of a page that is written from right to left. */
  readonly position?: {
    readonly alignment: 'auto' | 'left' | 'right'
    readonly sideSpacePx?: number
    readonly bottomSpacePx?: number
  }
  readonly homeScreen?: { readonly enabled: boolean; readonly logoUrl?: string }
  /** By language, such as `en-us`: what the deployment calls things. */
  readonly labels?: Readonly<Record<string, DeploymentLabels>>
  /** How the bot appears, where the deployment humanizes it. */
  readonly bot?: { readonly name?: string; readonly imageUrl?: string }
}

export interface DeploymentLabels {
  readonly headerTitle?: string
  readonly headerSubtitle?: string
  readonly launcherText?: string
}
