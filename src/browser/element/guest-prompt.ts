import type { OfferEvent, SignInEvent } from '../../contract/contract.ts'

/** A request or offer that the guest is asked about and the page handles. */
export type GuestPrompt = ({ readonly kind: 'sign-in' } & SignInEvent) | OfferEvent
