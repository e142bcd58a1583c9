import type * as z from 'zod'
import type * as contract from '../../contract/contract.ts'
import type * as requests from '../routes/schemas.ts'
import type * as journey from '../routes/journey-schemas.ts'
import type * as responses from './response-schemas.ts'
import type { JourneyInvitations } from './journey-operations.ts'

/**
 * The compiler compares the schemas with the contract: a missing or different field is a compile error here.
 */
export type SchemasAreTheContract = [
  Same<Of<typeof requests.OpenGuestSession, 'userToken' | 'startNew' | 'challenge'>, contract.GuestDetails>,
  Same<Of<typeof requests.SignIn>, contract.SignInGrant>,
  Same<Of<typeof requests.ChangeGuestAttributes>, { attributes: contract.AttributeChanges }>,
  Same<z.infer<typeof requests.SendMessage>, contract.OutgoingMessage>,
  Same<
    Of<typeof responses.GuestSession, 'session' | 'guestApi'>,
    Omit<contract.SessionDescription, 'guestApi'>
  >,
  Same<Of<typeof responses.ChangedGuestAttributes, 'session'>, contract.ChangedAttributes>,
  // The document describes each part of the content only by its type.
  Same<Of<typeof responses.Message, 'content'>, Omit<contract.Message, 'content'>>,
  Same<Of<typeof responses.SentMessage, 'session' | 'content'>, Omit<contract.SentMessage, 'content'>>,
  Same<Of<typeof responses.MessagePage, 'messages'>, Omit<contract.MessagePage, 'messages'>>,
  Same<
    Of<typeof responses.ConversationTranscript, 'messages'>,
    Omit<contract.ConversationTranscript, 'messages'>
  >,
  Same<Of<typeof responses.UploadedFile>, contract.UploadedFile>,
  Same<Of<typeof responses.Deployment>, contract.Deployment>,
  Same<Of<typeof responses.Availability>, contract.Availability>,
  Same<Of<typeof responses.AltchaChallenge>, contract.AltchaChallenge>,
  Same<Of<typeof responses.VendorChallenge>, contract.VendorChallenge>,
  Same<Of<typeof responses.Callback>, contract.Callback>,
  Same<Of<typeof responses.KnowledgeSearch>, contract.KnowledgeSearch>,
  Same<Of<typeof responses.KnowledgeSuggestions>, contract.KnowledgeSuggestions>,
  Same<Of<typeof responses.KnowledgeArticle>, contract.KnowledgeArticle>,
  Same<Of<typeof requests.RateArticle>, contract.KnowledgeFeedback>,
  Same<Of<typeof journey.JourneyEvent>, contract.JourneyEvent>,
  Same<Of<typeof journey.JourneyQuestion>, contract.JourneyQuestion>,
  Same<Of<typeof journey.JourneyAnswer>, contract.JourneyAnswer>,
  Same<Of<typeof JourneyInvitations>, contract.JourneyInvitations>,
]

type Of<Schema extends z.ZodType, Extra extends string = never> = Omit<z.infer<Schema>, Extra>

type Same<A, B extends Mutual<Plain<A>, Plain<B>>> = [A, B]
type Mutual<A, B> = [A] extends [B] ? ([B] extends [A] ? unknown : never) : never

/**
 * Removes `readonly`. An optional key becomes a key of another type, so that it does not match a missing key.
 */
type Plain<T> = T extends object
  ? {
      -readonly [Key in keyof T]-?: undefined extends T[Key]
        ? [Plain<Exclude<T[Key], undefined>>]
        : Plain<T[Key]>
    }
  : T
