/** Faults between a service and its upstream, for tests: `genesys-guest-bff/faults`. It imports nothing from the service. */
export { startFaultProxy, type Fault, type FaultProxy, type FaultProxyOptions } from './fault-proxy.ts'
export { createFaultClock, type FaultClock } from './fault-clock.ts'

/** A host name that never resolves (RFC 6761 section 6.4), to cause a DNS failure. */
export const UNRESOLVABLE_HOST = 'genesys.invalid'
