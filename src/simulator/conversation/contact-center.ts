import { randomUUID } from 'node:crypto'
import type { Settings } from '../settings.ts'

/** An administrator's schedule: local times without a zone, such as `2026-01-05T09:00:00.000`. */
export interface ScheduleSpec {
  name?: string
  start: string
  end: string
  /** An RFC 5545 rule, such as `FREQ=WEEKLY;BYDAY=MO,TU`. Without a rule, the schedule applies once. */
  rrule?: string
  /** Default `active`. */
  state?: 'active' | 'inactive' | 'deleted'
}

/** The schedule group. Omitted fields stay unchanged. */
export interface HoursSpec {
  timeZone?: string
  state?: 'active' | 'inactive' | 'deleted'
  open?: readonly ScheduleSpec[]
  closed?: readonly ScheduleSpec[]
  holiday?: readonly ScheduleSpec[]
}

/** The queue. Omitted fields stay unchanged. */
export interface QueueSpec {
  usersOnQueue?: number
  waiting?: number
  estimatedWaitSeconds?: number
}

/** A callback that a client has requested. */
export interface RequestedCallback {
  conversationId: string
  queueId: string
  userName?: string
  numbers: readonly string[]
  /** In ISO 8601; undefined means as soon as possible. */
  scheduledTime?: string
  data: Readonly<Record<string, string>>
}

export interface StoredSchedule extends Required<Omit<ScheduleSpec, 'rrule'>> {
  id: string
  rrule?: string
}

export type ScheduleList = 'open' | 'closed' | 'holiday'

/** The initial state: open day and night, with two agents and a wait of a few minutes. */
const ALWAYS: ScheduleSpec = {
  name: 'Always',
  start: '2026-01-01T00:00:00.000',
  end: '2026-01-02T00:00:00.000',
  rrule: 'FREQ=DAILY',
}

const DAY_MS = 86_400_000

/** Opening hours, emergencies, the queue and its callbacks. Clients evaluate the schedules. */
export function createContactCenter({
  scheduleGroupId,
  emergencyGroupId,
  queueId,
  hours,
  now,
}: Pick<Settings, 'scheduleGroupId' | 'emergencyGroupId' | 'queueId' | 'hours' | 'now'>) {
  const schedules = new Map<string, StoredSchedule>()
  const lists: Record<ScheduleList, string[]> = { open: [], closed: [], holiday: [] }
  const group = { timeZone: 'Europe/Berlin', state: 'active' }
  const queue = { usersOnQueue: 2, waiting: 1, estimatedWaitSeconds: 180 }
  const emergency = { enabled: false }
  const callbacks: RequestedCallback[] = []

  function store({ name = 'Schedule', state = 'active', start, end, rrule }: ScheduleSpec): string {
    const id = randomUUID()
    schedules.set(id, { id, name, state, start, end, ...(rrule !== undefined && { rrule }) })
    return id
  }

  function setHours({ timeZone, state, ...changed }: HoursSpec): void {
    if (timeZone !== undefined) group.timeZone = timeZone
    if (state !== undefined) group.state = state
    for (const list of ['open', 'closed', 'holiday'] as const) {
      const specs = changed[list]
      if (specs === undefined) continue
      for (const id of lists[list]) schedules.delete(id)
      lists[list] = specs.map(store)
    }
  }

  const dayFromNow = (days: number) => new Date(now() + days * DAY_MS).toISOString().slice(0, 10)
  const fromTomorrow: ScheduleSpec = {
    name: 'From tomorrow',
    start: `${dayFromNow(1)}T09:00:00.000`,
    end: `${dayFromNow(1)}T17:00:00.000`,
    rrule: 'FREQ=DAILY',
  }
  const today: ScheduleSpec = {
    name: 'Holiday',
    start: `${dayFromNow(-1)}T00:00:00.000`,
    end: `${dayFromNow(1)}T00:00:00.000`,
  }
  setHours({
    open: [hours === 'closed' || hours === 'holiday' ? fromTomorrow : ALWAYS],
    holiday: hours === 'holiday' ? [today] : [],
  })
  if (hours === 'emergency') emergency.enabled = true
  if (hours === 'unstaffed') queue.usersOnQueue = 0
  return {
    scheduleGroupId,
    emergencyGroupId,
    queueId,
    group,
    lists,
    schedules,
    queue,
    emergency,
    callbacks,
    setHours,
    /** Afterwards, the group names schedules that do not exist. */
    deleteSchedules: () => schedules.clear(),
    setEmergency: (enabled: boolean) => void (emergency.enabled = enabled),
    setQueue: (changed: QueueSpec) => void Object.assign(queue, changed),
  }
}

export type ContactCenter = ReturnType<typeof createContactCenter>
