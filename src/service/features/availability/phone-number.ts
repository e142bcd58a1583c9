import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/min'

export type { CountryCode }

/** The international form of a valid phone number; undefined for any other text. */
export function internationalNumber(text: string, country: CountryCode | undefined) {
  const number = parsePhoneNumberFromString(text, {
    ...(country && { defaultCountry: country }),
    extract: false,
  })
  if (!number?.isValid()) return undefined
  return { number: number.number, country: number.country }
}
