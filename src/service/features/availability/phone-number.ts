import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/min'

export type { CountryCode }

/** A number that can exist, in its international form; undefined otherwise. */
export function internationalNumber(text: string, country: CountryCode | undefined) {
  const number = parsePhoneNumberFromString(text, {
    ...(country && { defaultCountry: country }),
    extract: false,
  })
  if (!number?.isValid()) return undefined
  return { number: number.number, country: number.country }
}
