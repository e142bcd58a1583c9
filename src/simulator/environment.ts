import * as z from 'zod'
import { readAgentScript } from './agent/agent-script.ts'
import type { SimulatorOptions } from './settings.ts'

/**
 * These ids are fixed, so that settings for a simulator still work after a restart. They are valid only for the
 * simulator.
 */
export const KNOWN_IDS = {
  organizationId: '0b1f5a3e-51a4-4c8e-9c55-5e1f0f7a0001',
  deploymentId: '0b1f5a3e-51a4-4c8e-9c55-5e1f0f7a0002',
  clientId: '0b1f5a3e-51a4-4c8e-9c55-5e1f0f7a0003',
  clientSecret: 'simulator-client-secret',
  scheduleGroupId: '0b1f5a3e-51a4-4c8e-9c55-5e1f0f7a0004',
  emergencyGroupId: '0b1f5a3e-51a4-4c8e-9c55-5e1f0f7a0005',
  queueId: '0b1f5a3e-51a4-4c8e-9c55-5e1f0f7a0006',
} as const

const text = z.string().min(1)
const onOff = (otherwise: boolean) =>
  z.stringbool({ truthy: ['on', 'true'], falsy: ['off', 'false'] }).default(otherwise)

const Env = z.strictObject({
  SIMULATOR_PORT: z.coerce.number().int().min(0).max(65_535).default(4010),
  SIMULATOR_HOST: text.default('127.0.0.1'),
  SIMULATOR_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  SIMULATOR_ORGANIZATION_ID: text.default(KNOWN_IDS.organizationId),
  SIMULATOR_DEPLOYMENT_ID: text.default(KNOWN_IDS.deploymentId),
  SIMULATOR_CLIENT_ID: text.default(KNOWN_IDS.clientId),
  SIMULATOR_CLIENT_SECRET: text.default(KNOWN_IDS.clientSecret),
  SIMULATOR_ALLOWED_DOMAINS: text.optional(),
  SIMULATOR_DISCONNECT: z.enum(['off', 'send', 'read-only']).default('send'),
  SIMULATOR_CONVERSATION_CLEAR: onOff(true),
  SIMULATOR_ATTACHMENTS: onOff(true),
  SIMULATOR_AUTO_START: onOff(false),
  SIMULATOR_HOURS: z.enum(['open', 'closed', 'holiday', 'emergency', 'unstaffed']).default('open'),
  SIMULATOR_LIMITS: onOff(true),
  SIMULATOR_REST_GUEST_APIS: onOff(false),
  SIMULATOR_SESSION_DURATION_S: z.coerce.number().int().positive().default(259_200),
  SIMULATOR_SCRIPT: text.optional(),
  SIMULATOR_AGENT_DELAY_MS: z.coerce.number().int().min(0).max(60_000).default(700),
})

/**
 * The simulator's settings from the environment; see `Env` for names and defaults. `SIMULATOR_ALLOWED_DOMAINS` is
 * comma-separated, and all domains are allowed without it; `SIMULATOR_SCRIPT` is the path of a JSON file (see
 * `AgentScriptSchema`); switches are `on` or `off`.
 *
 * @throws {Error} that names every invalid variable
 */
export function readSimulatorSettings(env: NodeJS.ProcessEnv): SimulatorOptions {
  const named = Object.entries(env).filter(([name, value]) => name.startsWith('SIMULATOR_') && value !== '')
  const { success, data, error } = Env.safeParse(Object.fromEntries(named))
  const problems = success ? [] : error.issues.map(sentenceOf)
  const script = scriptAt(env.SIMULATOR_SCRIPT, problems)
  if (!success || problems.length > 0) {
    throw new Error(`The simulator's settings are not usable:\n- ${problems.join('\n- ')}`)
  }
  return {
    port: data.SIMULATOR_PORT,
    host: data.SIMULATOR_HOST,
    ...(data.SIMULATOR_PUBLIC_URL !== undefined && {
      publicUrl: data.SIMULATOR_PUBLIC_URL.replace(/\/$/, ''),
    }),
    organizationId: data.SIMULATOR_ORGANIZATION_ID,
    deploymentId: data.SIMULATOR_DEPLOYMENT_ID,
    clientId: data.SIMULATOR_CLIENT_ID,
    clientSecret: data.SIMULATOR_CLIENT_SECRET,
    scheduleGroupId: KNOWN_IDS.scheduleGroupId,
    emergencyGroupId: KNOWN_IDS.emergencyGroupId,
    queueId: KNOWN_IDS.queueId,
    hours: data.SIMULATOR_HOURS,
    allowedDomains: listOf(data.SIMULATOR_ALLOWED_DOMAINS) ?? 'all',
    disconnectMode: data.SIMULATOR_DISCONNECT,
    conversationClear: data.SIMULATOR_CONVERSATION_CLEAR,
    attachments: data.SIMULATOR_ATTACHMENTS,
    autoStart: data.SIMULATOR_AUTO_START,
    restGuestApis: data.SIMULATOR_REST_GUEST_APIS,
    sessionDurationSeconds: data.SIMULATOR_SESSION_DURATION_S,
    agentDelayMs: data.SIMULATOR_AGENT_DELAY_MS,
    ...(!data.SIMULATOR_LIMITS && { limits: false as const }),
    ...(script && { agent: script }),
  }
}

function sentenceOf({ path, message }: z.core.$ZodIssue): string {
  return path.length > 0 ? `${path.join('.')}: ${message}` : message
}

function scriptAt(path: string | undefined, problems: string[]) {
  if (path === undefined || path === '') return undefined
  try {
    return readAgentScript(path)
  } catch (err) {
    problems.push(`SIMULATOR_SCRIPT: ${err instanceof Error ? err.message : 'cannot be read'}`)
    return undefined
  }
}

function listOf(commaSeparated: string | undefined): string[] | undefined {
  return commaSeparated
    ?.split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}
