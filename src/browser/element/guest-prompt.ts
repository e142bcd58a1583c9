import type { OfferEvent, SignInEvent } from '../../contract/contract.ts'

/** Something that the guest is asked, and the page handles. */
export type GuestPrompt = ({ readonly kind: 'sign-in' } & SignInEvent) | OfferEvent
