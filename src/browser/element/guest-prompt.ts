import type { OfferEvent, SignInEvent } from '../../contract/contract.ts'

/** What the guest is asked for, and the page takes up. */
export type GuestPrompt = ({ readonly kind: 'sign-in' } & SignInEvent) | OfferEvent
