import { listed, ok, skipped, warning, type Check } from '../check.ts'

export const redaction: Check = {
  name: 'redaction',
  needs: [],
  run({ config }) {
    if (config.redaction === undefined)
      return skipped('not configured: messages are sent to Genesys unchanged')
    const { kinds, patterns } = config.redaction
    const masked = listed([...kinds, ...patterns.map(({ name }) => name)])
    if (kinds.length > 0 && !kinds.includes('card')) {
      return warning(
        `${masked} masked, but card numbers are not`,
        'Add card to REDACT if guests may write card numbers.',
      )
    }
    return ok(`${masked} masked in what pages send, but not in the content of files`)
  },
}
