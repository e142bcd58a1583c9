/**
 * Warns developers that the server at this address is not the chat service. This bundle is loaded only in that
 * case.
 */
export function warnOfWrongAddress(host: Element, status: number): void {
  const address = host.getAttribute('base-url')
  const where = address === null ? 'The address of this script' : `base-url="${address}"`
  console.warn(
    `<${host.localName}>: ${where} responds with status ${status} and is not the chat service. Set base-url to the service's address.`,
  )
}
