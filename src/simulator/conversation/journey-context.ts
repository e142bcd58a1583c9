import * as z from 'zod'

/** Genesys: `JourneyContext` in the Guest API's schema; the mobile SDK leaves `customerSession` out. */
export const JourneyContext = z.looseObject({
  customer: z.looseObject({ id: z.string(), idType: z.string() }),
  customerSession: z.looseObject({ id: z.string(), type: z.string() }).optional(),
  triggeringAction: z
    .looseObject({ id: z.string(), actionMap: z.looseObject({ id: z.string(), version: z.number() }) })
    .optional(),
})

export type JourneyContext = z.infer<typeof JourneyContext>
