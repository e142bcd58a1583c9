import * as z from 'zod'
import type { Content, FormField, InputMode } from '../../../guest-api.ts'
import { Picture, defined, listOf, maybe } from './json-schemas.ts'
import { DatePicker, ListPicker, PromptSchema } from './pickers.ts'

/** The maximum length of a single-line and a multiline input in Genesys' Messenger. */
const MAX_LINE_CHARS = 30
const MAX_LINES_CHARS = 300

/** The mapping of `keyboardType` in Genesys' Messenger; any other value is `text`. */
const INPUT_MODES: Readonly<Record<string, InputMode>> = {
  Number: 'numeric',
  Phone: 'tel',
  Email: 'email',
  Decimal: 'decimal',
  Websearch: 'search',
  URL: 'url',
}

/** `autoCompleteType` as an HTML autofill token (section 4.10.18.7 of the HTML standard), if HTML has one. */
const AUTOCOMPLETE: Readonly<Record<string, string>> = {
  Prefix: 'honorific-prefix',
  Suffix: 'honorific-suffix',
  Name: 'name',
  GivenName: 'given-name',
  MiddleName: 'additional-name',
  FamilyName: 'family-name',
  Nickname: 'nickname',
  Username: 'username',
  OneTimeCode: 'one-time-code',
  Title: 'organization-title',
  Organization: 'organization',
  StreetAddress: 'street-address',
  Addressline1: 'address-line1',
  Addressline2: 'address-line2',
  City: 'address-level2',
  State: 'address-level1',
  PostalCode: 'postal-code',
  Country: 'country-name',
  Phone: 'tel',
  Email: 'email',
  Url: 'url',
  Birthdate: 'bday',
  BirthdateDay: 'bday-day',
  BirthdateMonth: 'bday-month',
  BirthdateYear: 'bday-year',
  PaymentCardName: 'cc-name',
  PaymentCardGivenName: 'cc-given-name',
  PaymentCardMiddleName: 'cc-additional-name',
  PaymentCardFamilyName: 'cc-family-name',
  PaymentCardNumber: 'cc-number',
  PaymentCardExpiration: 'cc-exp',
  PaymentCardExpirationMonth: 'cc-exp-month',
  PaymentCardExpirationYear: 'cc-exp-year',
  PaymentCardSecurityCode: 'cc-csc',
  PaymentCardType: 'cc-type',
}

const Input = z
  .object({
    id: z.string(),
    title: maybe(z.string()),
    subtitle: maybe(z.string()),
    placeholderText: maybe(z.string()),
    isRequired: z.boolean().catch(false),
    isMultipleLine: z.boolean().catch(false),
    keyboardType: z.string().catch(''),
    autoCompleteType: z.string().catch(''),
  })
  .transform((input): FormField => ({
    type: 'input',
    id: input.id,
    ...defined({
      title: input.title,
      subtitle: input.subtitle,
      placeholder: input.placeholderText,
      autocomplete: ownValue(AUTOCOMPLETE, input.autoCompleteType),
    }),
    required: input.isRequired,
    multiline: input.isMultipleLine,
    maxChars: input.isMultipleLine ? MAX_LINES_CHARS : MAX_LINE_CHARS,
    inputMode: ownValue(INPUT_MODES, input.keyboardType) ?? 'text',
  }))

const WheelItem = z
  .object({ id: z.string(), title: z.string().catch(''), value: maybe(z.string()) })
  .transform((item) => defined(item))
const WheelPicker = z
  .object({ id: z.string(), items: listOf(WheelItem) })
  .transform((picker): FormField => ({ type: 'wheel', ...picker }))

/** An answer names its component by id: a component without an id cannot be answered, and is omitted. */
const PageComponent = z
  .object({
    input: maybe(Input),
    datePicker: maybe(DatePicker),
    listPicker: maybe(ListPicker),
    wheelPicker: maybe(WheelPicker),
  })
  .transform(({ input, datePicker, listPicker, wheelPicker }): FormField[] => {
    if (input) return [input]
    if (datePicker?.id !== undefined) return [{ type: 'date', id: datePicker.id, ...datePicker.choice }]
    if (listPicker?.id !== undefined) return [{ type: 'list', id: listPicker.id, ...listPicker.choice }]
    return wheelPicker ? [wheelPicker] : []
  })

const Page = z
  .object({ title: maybe(z.string()), subtitle: maybe(z.string()), pageComponents: listOf(PageComponent) })
  .transform(({ pageComponents, ...texts }) => ({ ...defined(texts), fields: pageComponents.flat() }))

const Introduction = z
  .object({
    title: maybe(z.string()),
    subtitle: maybe(z.string()),
    imageUrl: maybe(Picture),
    buttonText: maybe(z.string()),
  })
  .transform((introduction) => defined(introduction))

const Answer = z
  .object({
    id: z.string(),
    component: z.object({
      buttonResponse: z.object({ text: z.string().catch(''), payload: z.string().catch('') }),
    }),
  })
  .transform(({ id, component: { buttonResponse } }) => ({ id, ...buttonResponse }))

/** A form in either direction: an answered form has a `response`, and an open one has pages. */
export const Form = z
  .object({
    cannedResponseId: maybe(z.string()),
    receivedMessage: PromptSchema,
    replyMessage: PromptSchema,
    introduction: maybe(Introduction),
    formPages: listOf(Page),
    showSummary: z.boolean().catch(false),
    response: maybe(listOf(Answer)),
    originatingMessageId: maybe(z.string()),
  })
  .transform((form): { part: Content; originatingMessageId: string | undefined } => {
    const { cannedResponseId, response, originatingMessageId } = form
    if (response && (originatingMessageId !== undefined || response.length > 0)) {
      const part = { type: 'form-response', ...defined({ cannedResponseId }), answers: response } as const
      return { part, originatingMessageId }
    }
    const { receivedMessage: prompt, replyMessage: reply, introduction, formPages, showSummary } = form
    return {
      part: {
        type: 'form',
        cannedResponseId: cannedResponseId ?? '',
        ...defined({ prompt, reply, introduction }),
        pages: formPages,
        showSummary,
      },
      originatingMessageId: undefined,
    }
  })

function ownValue<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}
