import { startSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/simulator.ts'

/** Calls `run` with a new simulator that has a silent agent and serves the REST guest APIs. */
export async function withSimulator<T>(
  options: SimulatorOptions,
  run: (genesys: Simulator) => Promise<T>,
): Promise<T> {
  const genesys = await startSimulator({ agent: 'silent', restGuestApis: true, ...options })
  try {
    return await run(genesys)
  } finally {
    await genesys.close()
  }
}

/** The settings with which a service uses this simulator. */
export function settingsOf(genesys: Simulator): Record<string, string> {
  return {
    ALLOWED_ORIGINS: 'https://www.example.com',
    GENESYS_DEPLOYMENT_ID: genesys.deploymentId,
    GENESYS_ORGANIZATION_ID: genesys.organizationId,
    GENESYS_CLIENT_ID: genesys.clientId,
    GENESYS_CLIENT_SECRET: genesys.clientSecret,
    GENESYS_API_URL: genesys.url,
    GENESYS_LOGIN_URL: genesys.url,
    GENESYS_CDN_URL: genesys.url,
    GENESYS_MESSAGING_URL: genesys.messagingUrl,
  }
}
