/** Whether an address would send secrets in the clear to another machine. */
export function isPlainAndFar(text: string): boolean {
  const { protocol, hostname } = new URL(text)
  const loopback = hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
  return (protocol === 'http:' || protocol === 'ws:') && !loopback
}
