import { type Request, type Response, Router } from 'express'
import type { KnowledgeBase } from '../conversation/knowledge-base.ts'
import type { Settings } from '../settings.ts'
import { httpBaseOf } from '../base-url.ts'

const PATH = '/webdeployments/v1/deployments/:deploymentId'

const DISCONNECT = {
  off: { enabled: false, type: 'Send' },
  send: { enabled: true, type: 'Send' },
  'read-only': { enabled: true, type: 'ReadOnly' },
}

/** The content delivery host, which serves the deployment's public configuration. */
export function publicConfiguration(settings: Settings, knowledge: KnowledgeBase): Router {
  const router = Router()

  router.get(`${PATH}/config.json`, (req, res) => {
    if (req.params.deploymentId !== settings.deploymentId) {
      refuse(res)
      return
    }
    res.set('Access-Control-Allow-Origin', '*').json(configurationOf(settings, knowledge, req))
  })

  router.get(`${PATH}/domains.json`, (req, res) => {
    if (req.params.deploymentId !== settings.deploymentId) {
      refuse(res)
      return
    }
    res.set('Access-Control-Allow-Origin', '*').json(domainsOf(settings))
  })

  return router
}

export function domainsOf({ allowedDomains }: Settings) {
  return allowedDomains === 'all'
    ? { allowAllDomains: true, allowedDomains: [] }
    : { allowAllDomains: false, allowedDomains }
}

function configurationOf(settings: Settings, knowledge: KnowledgeBase, req: Request) {
  const base = httpBaseOf(req, settings)
  return {
    id: settings.deploymentId,
    version: '3',
    languages: ['en-us'],
    defaultLanguage: 'en-us',
    apiEndpoint: base,
    status: settings.deploymentStatus,
    messenger: {
      enabled: settings.messenger,
      apps: {
        conversations: conversationsApp(settings, base.replace(/^http/, 'ws')),
        ...(settings.knowledge !== 'off' && {
          knowledge: { enabled: true, knowledgeBase: { id: knowledge.id } },
        }),
      },
      styles: { primaryColor: '#2a60c8' },
      launcherButton: { visibility: 'On', displayType: 'Icon' },
      homeScreen: { enabled: false },
      fileUpload: {
        enableAttachments: settings.attachments,
        modes: [{ fileTypes: ['image/png', 'image/jpeg'], maxFileSizeKB: 10_000 }],
      },
    },
    position: { alignment: 'Auto', sideSpace: 20, bottomSpace: 12 },
    journeyEvents: { enabled: false },
    headlessMode: { enabled: false },
    auth: { enabled: settings.signIn, allowSessionUpgrade: settings.allowSessionUpgrade },
    ...settings.look,
  }
}

function conversationsApp(settings: Settings, messagingEndpoint: string) {
  const avatarUrl = settings.script.bot.image
  return {
    enabled: true,
    messagingEndpoint,
    showAgentTypingIndicator: settings.showAgentTypingIndicator,
    showUserTypingIndicator: settings.showUserTypingIndicator,
    autoStart: { enabled: settings.autoStart },
    conversationDisconnect: DISCONNECT[settings.disconnectMode],
    conversationClear: { enabled: settings.conversationClear },
    notifications: { enabled: false, notificationContentType: 'ExcludeMessagesContent' },
    markdown: { enabled: settings.markdown },
    humanize: {
      enabled: settings.humanize,
      bot: { name: settings.script.bot.nickname, ...(avatarUrl !== undefined && { avatarUrl }) },
    },
    sessionDurationSeconds: settings.sessionDurationSeconds,
  }
}

/** An unknown id gets 403, not 404, and the object store's body instead of a REST API error. */
function refuse(res: Response): void {
  res
    .status(403)
    .set('Access-Control-Allow-Origin', '*')
    .type('application/xml')
    .send(
      '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>',
    )
}
