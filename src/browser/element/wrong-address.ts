/**
 * Warns developers that another server responds at this address, with a page of its own. This separate file is loaded when that
 * happens.
 */
export function warnOfWrongAddress(host: Element, status: number): void {
  const address = host.getAttribute('base-url')
  const where = address === null ? 'The address of this script' : `base-url="${address}"`
  console.warn(
    `<${host.localName}>: ${where} answers with status ${status} and is not the chat service. Set base-url to the address of the service.`,
  )
}
