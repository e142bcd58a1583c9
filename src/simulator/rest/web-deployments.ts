import { Router } from 'express'
import type { OAuth } from './oauth-endpoint.ts'
import { notFound } from './platform-errors.ts'
import { domainsOf } from './public-configuration.ts'
import type { Settings } from '../settings.ts'

const PATH = '/api/v2/webdeployments/deployments'
const CONFIGURATIONS = '/api/v2/webdeployments/configurations'
const VIEW = 'webDeployments:deployment:view'
const VIEW_CONFIGURATION = 'webDeployments:configuration:view'

/** The OAuth client's view of the deployment. */
export function webDeployments(settings: Settings, oauth: OAuth): Router {
  const router = Router()

  router.get(PATH, (req, res) => {
    oauth.authorize(req, VIEW)
    const entity = { ...deploymentOf(settings), configuration: configurationOf(settings) }
    res.json({ entities: [entity], total: 1, selfUri: PATH })
  })

  router.get(`${PATH}/:deploymentId`, (req, res) => {
    oauth.authorize(req, VIEW)
    mustBeOurs(req.params.deploymentId)
    res.json(deploymentOf(settings))
  })

  router.get(`${PATH}/:deploymentId/configurations`, (req, res) => {
    oauth.authorize(req)
    mustBeOurs(req.params.deploymentId)
    res.json({ configurationVersion: configurationOf(settings), deployment: deploymentOf(settings) })
  })

  router.get(CONFIGURATIONS, (req, res) => {
    oauth.authorize(req, VIEW_CONFIGURATION)
    res.json({ entities: [configurationOf(settings)], total: 1, selfUri: CONFIGURATIONS })
  })

  router.get(`${CONFIGURATIONS}/:configurationId/versions`, (req, res) => {
    oauth.authorize(req, VIEW_CONFIGURATION)
    mustBeTheConfiguration(req.params.configurationId)
    res.json({ entities: [configurationOf(settings)], total: 1, selfUri: req.path })
  })

  /** The version `draft` equals the published version, because there is no editor. */
  router.get(`${CONFIGURATIONS}/:configurationId/versions/:versionId`, (req, res) => {
    oauth.authorize(req, VIEW_CONFIGURATION)
    mustBeTheConfiguration(req.params.configurationId)
    const configuration = configurationOf(settings)
    if (![configuration.version, 'draft'].includes(req.params.versionId)) throw notFound()
    res.json(configuration)
  })

  function mustBeTheConfiguration(configurationId: string): void {
    if (configurationId !== relatedId(settings.deploymentId, '2')) throw notFound()
  }

  function mustBeOurs(deploymentId: string): void {
    if (deploymentId !== settings.deploymentId) throw notFound(`Deployment ${deploymentId} was not found`)
  }

  return router
}

function deploymentOf(settings: Settings) {
  const { deploymentId, deploymentStatus } = settings
  return {
    id: deploymentId,
    name: 'Simulated deployment',
    description: 'Part of the simulator; this is not Genesys Cloud',
    ...domainsOf(settings),
    status: deploymentStatus,
    dateCreated: '2026-01-01T00:00:00.000Z',
    dateModified: '2026-01-01T00:00:00.000Z',
    flow: { id: relatedId(deploymentId, '1') },
    configuration: { id: relatedId(deploymentId, '2'), version: '3' },
    pushIntegrations: [],
    selfUri: `${PATH}/${deploymentId}`,
  }
}

function configurationOf({ deploymentId }: Settings) {
  return {
    id: relatedId(deploymentId, '2'),
    name: 'Simulated configuration',
    version: '3',
    languages: ['en-us'],
    defaultLanguage: 'en-us',
    status: 'Active',
  }
}

/** An id that is constant for the deployment. */
function relatedId(deploymentId: string, digit: string): string {
  return deploymentId.slice(0, -1) + digit
}
