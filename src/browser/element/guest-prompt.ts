import type { OfferEvent, SignInEvent } from '../../contract/contract.ts'

/** A request or offer that the page handles after the guest has accepted it. */
export type GuestPrompt = ({ readonly kind: 'sign-in' } & SignInEvent) | OfferEvent
