import type { ChatMessage, Deployment, DeploymentLabels } from '../client/chat-client.ts'
import { safeUrl } from './autolink.ts'

/** The look that the deployment configures; the page's settings take precedence. */
export interface Look {
  /** `always`, `on-demand` or `none`. */
  readonly launcher: string
  /** `left`, `right` or `end`. */
  readonly side: string
  /** Distances from the bottom and from the side; undefined for the default. */
  readonly offset: readonly [bottom: string, side: string] | undefined
}

const VISIBILITY = { on: 'always', off: 'none', 'on-demand': 'on-demand' } as const
const DEFAULT_SPACE_PX = 24

export function lookOf(deployment: Deployment | undefined): Look {
  const { alignment = 'auto', bottomSpacePx, sideSpacePx } = deployment?.position ?? {}
  const hasSpaces = bottomSpacePx !== undefined || sideSpacePx !== undefined
  return {
    launcher: VISIBILITY[deployment?.launcher?.visibility ?? 'on'],
    side: alignment === 'auto' ? 'end' : alignment,
    offset: hasSpaces ? [px(bottomSpacePx), px(sideSpacePx)] : undefined,
  }
}

/** The deployment's labels in the language of the chat, or in another regional variant of that language. */
export function labelsFor({ labels = {} }: Deployment, language: string): DeploymentLabels | undefined {
  const wanted = language.toLowerCase()
  const tags = Object.keys(labels)
  const base = (tag: string) => tag.toLowerCase().split(/[-_]/)[0]
  const tag =
    tags.find((one) => one.toLowerCase().replace('_', '-') === wanted) ??
    tags.find((one) => base(one) === base(wanted))
  return tag === undefined ? undefined : labels[tag]
}

/** The content of the chat button. */
export function launcherFace(deployment: Deployment, language: string) {
  const { display = 'icon', iconUrl } = deployment.launcher ?? {}
  const text = display === 'icon' ? undefined : labelsFor(deployment, language)?.launcherText
  return { text, iconUrl: safeUrl(iconUrl), hasIcon: display !== 'text' || text === undefined }
}

/** Adds the bot's name and picture from the deployment to those of the bot's messages that have none. */
export function withBot(
  messages: readonly ChatMessage[],
  deployment: Deployment | undefined,
): readonly ChatMessage[] {
  const { name, imageUrl } = deployment?.bot ?? {}
  if (name === undefined && imageUrl === undefined) return messages
  const from = { ...(name !== undefined && { name }), ...(imageUrl !== undefined && { image: imageUrl }) }
  return messages.map((message) =>
    message.sender === 'bot' ? { ...message, from: { ...from, ...message.from } } : message,
  )
}

function px(space = DEFAULT_SPACE_PX): string {
  return `${space}px`
}
