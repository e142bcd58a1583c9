/** When the request that is served now must be answered, as epoch ms: one deadline for all its upstream calls. */
export type Deadline = () => number
