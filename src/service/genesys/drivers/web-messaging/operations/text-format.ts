import type { Message, MessagePage } from '../../../guest-api.ts'
import type { DeploymentConfig } from './deployment-config.ts'

/** How long a reader may have to wait for the public configuration; after that, texts count as plain text. */
const CONFIG_TIMEOUT_MS = 2_000

/** Genesys: the deployment determines whether texts from agents and bots are Markdown. */
export function createTextFormat(options: {
  readonly config: DeploymentConfig
  readonly monotonicNow: () => number
}) {
  const { config, monotonicNow } = options

  const isMarkdown = () => config.known?.features?.markdown === true
  const read = () => config.read(monotonicNow() + CONFIG_TIMEOUT_MS).catch(() => undefined)

  function marked(message: Message): Message {
    return message.direction === 'outbound' && message.text !== undefined && isMarkdown()
      ? { ...message, format: 'markdown' }
      : message
  }

  return {
    /** Makes sure that the configuration is known or being read. */
    read,
    marked,
    async markedPage(reading: Promise<MessagePage>): Promise<MessagePage> {
      const [page] = await Promise.all([reading, config.known ?? read()])
      return isMarkdown() ? { ...page, messages: page.messages.map(marked) } : page
    },
  }
}
