/** Whether an address would send secrets unencrypted to another machine. */
export function isUnencryptedRemote(text: string): boolean {
  const { protocol, hostname } = new URL(text)
  return (protocol === 'http:' || protocol === 'ws:') && !isLoopback(hostname)
}

/** @param hostname as in `URL` */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}
