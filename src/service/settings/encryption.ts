/** Whether an address would send secrets in the clear to another machine. */
export function isPlainAndFar(text: string): boolean {
  const { protocol, hostname } = new URL(text)
  return (protocol === 'http:' || protocol === 'ws:') && !isLoopback(hostname)
}

/** @param hostname as `URL` has it */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}
