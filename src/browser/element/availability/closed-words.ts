import type { Availability } from '../../client/chat-client.ts'
import { fill } from '../texts/fill.ts'
import type { AvailabilityTexts } from './availability-texts.ts'

const DAY_MS = 86_400_000
/** Within this many days, the weekday alone is unambiguous. */
const WEEKDAY_IS_CLEAR_DAYS = 7

/**
 * Why the contact center is closed and when it opens, in the guest's time zone; undefined if it isn't closed, or isn't known
 * to be closed.
 * @param timeZone default: the browser's
 */
export function closedWords(
  { state, opensAt }: Pick<Availability, 'state' | 'opensAt'>,
  {
    texts,
    locale,
    nowMs,
    timeZone,
  }: {
    readonly texts: AvailabilityTexts
    readonly locale: string
    readonly nowMs: number
    readonly timeZone?: string
  },
): { readonly reason: string; readonly reopens: string | undefined } | undefined {
  const reason = {
    open: undefined,
    unknown: undefined,
    closed: texts.closedNow,
    holiday: texts.closedHoliday,
    emergency: texts.closedEmergency,
    unstaffed: texts.closedUnstaffed,
  }[state]
  if (reason === undefined) return undefined
  const opensAtMs = Date.parse(opensAt ?? '')
  if (!(opensAtMs > nowMs)) return { reason, reopens: undefined }
  const inDays = Math.round((dayOf(opensAtMs, timeZone) - dayOf(nowMs, timeZone)) / DAY_MS)
  const write = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { ...options, ...zoneOption(timeZone) }).format(opensAtMs)
  const text = inDays === 0 ? texts.backToday : inDays === 1 ? texts.backTomorrow : texts.backOn
  const day = write(
    inDays < WEEKDAY_IS_CLEAR_DAYS ? { weekday: 'long' } : { weekday: 'long', day: 'numeric', month: 'long' },
  )
  return { reason, reopens: fill(text, { day, time: write({ hour: 'numeric', minute: '2-digit' }) }) }
}

/** The calendar day at midnight UTC. Local midnights are not always 24 hours apart, because clocks change. */
function dayOf(timeMs: number, timeZone: string | undefined): number {
  const options = { year: 'numeric', month: 'numeric', day: 'numeric', ...zoneOption(timeZone) } as const
  const parts = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', options).formatToParts(timeMs)
  const part = (wanted: string) => Number(parts.find(({ type }) => type === wanted)?.value)
  return Date.UTC(part('year'), part('month') - 1, part('day'))
}

function zoneOption(timeZone: string | undefined): { readonly timeZone?: string } {
  return timeZone === undefined ? {} : { timeZone }
}

/** The text for the estimated waiting time. */
export function waitingWords(
  { fromMinutes: from, toMinutes: to }: { readonly fromMinutes: number; readonly toMinutes: number },
  texts: AvailabilityTexts,
): string {
  return fill(to < 2 ? texts.waitingShort : texts.waiting, { from, to })
}
