/** An IPv6 address in brackets; any other host as it is. */
export function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
