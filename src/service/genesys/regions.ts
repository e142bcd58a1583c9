/** AWS region and domain of each Genesys Cloud region. Source: the published JavaScript platform SDK. */
const DOMAINS: Readonly<Record<string, string>> = {
  'us-east-1': 'mypurecloud.com',
  'us-east-2': 'use2.us-gov-pure.cloud',
  'us-west-2': 'usw2.pure.cloud',
  'ca-central-1': 'cac1.pure.cloud',
  'mx-central-1': 'mxc1.pure.cloud',
  'sa-east-1': 'sae1.pure.cloud',
  'eu-west-1': 'mypurecloud.ie',
  'eu-west-2': 'euw2.pure.cloud',
  'eu-central-1': 'mypurecloud.de',
  'eu-central-2': 'euc2.pure.cloud',
  'eusc-de-east-1': 'edee1.eusc-pure.cloud',
  'me-central-1': 'mec1.pure.cloud',
  'ap-south-1': 'aps1.pure.cloud',
  'ap-northeast-1': 'mypurecloud.jp',
  'ap-northeast-2': 'apne2.pure.cloud',
  'ap-northeast-3': 'apne3.pure.cloud',
  'ap-southeast-1': 'apse1.pure.cloud',
  'ap-southeast-2': 'mypurecloud.com.au',
}

/** All regions, for error messages: `eu-west-1 (mypurecloud.ie), …`. */
export const KNOWN_REGIONS = Object.entries(DOMAINS)
  .map(([awsRegion, domain]) => `${awsRegion} (${domain})`)
  .join(', ')

export interface Region {
  readonly awsRegion: string
  /** For example `mypurecloud.ie`. */
  readonly domain: string
  /** The REST API, for example `https://api.mypurecloud.ie`. No address here has a trailing slash. */
  readonly apiUrl: string
  /** The login host, for OAuth. */
  readonly loginUrl: string
  /** The CDN that has the public configuration of deployments. */
  readonly cdnUrl: string
  /** The address of the guest socket, including its path. */
  readonly messagingUrl: string
}

/**
 * @param name AWS region (`eu-west-1`) or domain (`mypurecloud.ie`), in upper or lower case.
 * @throws {RangeError} for an unknown region; the message lists the known ones.
 */
export function findRegion(name: string): Region {
  const wanted = name.trim().toLowerCase()
  for (const [awsRegion, domain] of Object.entries(DOMAINS)) {
    if (wanted === awsRegion || wanted === domain) return regionOf(awsRegion, domain)
  }
  throw new RangeError(`Genesys Cloud has no such region. The regions are ${KNOWN_REGIONS}.`)
}

export function allRegions(): Region[] {
  return Object.entries(DOMAINS).map(([awsRegion, domain]) => regionOf(awsRegion, domain))
}

function regionOf(awsRegion: string, domain: string): Region {
  return {
    awsRegion,
    domain,
    apiUrl: `https://api.${domain}`,
    loginUrl: `https://login.${domain}`,
    cdnUrl: `https://api-cdn.${domain}`,
    messagingUrl: `wss://webmessaging.${domain}/v1`,
  }
}
