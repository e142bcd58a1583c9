import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/min'

export type { CountryCode }

/**
 * The international form of a country's valid phone number; undefined for any other text. Numbers that belong to no
 * country are refused: a call to a satellite phone (+870, +881), an international network (+882, +883) or an
 * international premium-rate service (+979) costs much more than a call to a guest.
 */
export function internationalNumber(text: string, country: CountryCode | undefined) {
  const number = parsePhoneNumberFromString(text, {
    ...(country && { defaultCountry: country }),
    extract: false,
  })
  if (!number?.isValid() || number.isNonGeographic()) return undefined
  return { number: number.number, country: number.country }
}
