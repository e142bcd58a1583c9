/**
 * Texts for a closed contact center, and for a guest who is waiting. `{day}` is a weekday, with its date if it is a
 * week or more away; `{time}` is, for example, `9:00`.
 */
export interface AvailabilityTexts {
  readonly closedNow: string
  readonly closedHoliday: string
  readonly closedEmergency: string
  /** The contact center is open, but no agent is on queue. */
  readonly closedUnstaffed: string
  readonly backToday: string
  readonly backTomorrow: string
  readonly backOn: string
  /** The guest will wait for `{from}` to `{to}` minutes; `{to}` is at least two. */
  readonly waiting: string
  readonly waitingShort: string
}

/** All languages are in one file, because the texts are short and few pages need them. */
export const AVAILABILITY_TEXTS: Readonly<Record<string, AvailabilityTexts>> & {
  readonly en: AvailabilityTexts
} = {
  en: {
    closedNow: 'We are closed.',
    closedHoliday: 'We are closed for a holiday.',
    closedEmergency: 'We had to close unexpectedly. Please come back later.',
    closedUnstaffed: 'Nobody can answer you right now. Please come back later.',
    backToday: 'Back today at {time}.',
    backTomorrow: 'Back tomorrow at {time}.',
    backOn: 'Back on {day} at {time}.',
    waiting: 'Someone will be with you in about {from} to {to} minutes.',
    waitingShort: 'Someone will be with you in about a minute.',
  },
  de: {
    closedNow: 'Wir haben geschlossen.',
    closedHoliday: 'Wir haben wegen eines Feiertags geschlossen.',
    closedEmergency: 'Wir mussten unerwartet schließen. Bitte kommen Sie später wieder.',
    closedUnstaffed: 'Zurzeit kann Ihnen niemand antworten. Bitte kommen Sie später wieder.',
    backToday: 'Heute ab {time} Uhr sind wir wieder da.',
    backTomorrow: 'Morgen ab {time} Uhr sind wir wieder da.',
    backOn: 'Am {day} ab {time} Uhr sind wir wieder da.',
    waiting: 'In etwa {from} bis {to} Minuten ist jemand für Sie da.',
    waitingShort: 'In etwa einer Minute ist jemand für Sie da.',
  },
  fr: {
    closedNow: 'Nous sommes fermés.',
    closedHoliday: 'Nous sommes fermés en raison d’un jour férié.',
    closedEmergency: 'Nous avons dû fermer de façon imprévue. Revenez plus tard.',
    closedUnstaffed: 'Personne ne peut vous répondre pour le moment. Revenez plus tard.',
    backToday: 'De retour aujourd’hui à {time}.',
    backTomorrow: 'De retour demain à {time}.',
    backOn: 'De retour {day} à {time}.',
    waiting: 'Quelqu’un vous répondra dans {from} à {to} minutes environ.',
    waitingShort: 'Quelqu’un vous répondra dans une minute environ.',
  },
  es: {
    closedNow: 'Estamos cerrados.',
    closedHoliday: 'Estamos cerrados por día festivo.',
    closedEmergency: 'Hemos tenido que cerrar de forma imprevista. Vuelve más tarde, por favor.',
    closedUnstaffed: 'Ahora nadie puede responderte. Vuelve más tarde, por favor.',
    backToday: 'Volvemos hoy a las {time}.',
    backTomorrow: 'Volvemos mañana a las {time}.',
    backOn: 'Volvemos el {day} a las {time}.',
    waiting: 'Te atenderemos en unos {from} a {to} minutos.',
    waitingShort: 'Te atenderemos en un minuto aproximadamente.',
  },
  it: {
    closedNow: 'Siamo chiusi.',
    closedHoliday: 'Siamo chiusi per festività.',
    closedEmergency: 'Abbiamo dovuto chiudere per un imprevisto. Torna più tardi.',
    closedUnstaffed: 'Al momento nessuno può risponderti. Torna più tardi.',
    backToday: 'Torniamo oggi alle {time}.',
    backTomorrow: 'Torniamo domani alle {time}.',
    backOn: 'Torniamo {day} alle {time}.',
    waiting: 'Ti risponderemo tra circa {from}–{to} minuti.',
    waitingShort: 'Ti risponderemo tra circa un minuto.',
  },
  pt: {
    closedNow: 'Estamos fechados.',
    closedHoliday: 'Estamos fechados devido a feriado.',
    closedEmergency: 'Tivemos de fechar de forma imprevista. Volte mais tarde.',
    closedUnstaffed: 'De momento ninguém pode responder. Volte mais tarde.',
    backToday: 'Voltamos hoje às {time}.',
    backTomorrow: 'Voltamos amanhã às {time}.',
    backOn: 'Voltamos {day} às {time}.',
    waiting: 'Alguém responde dentro de cerca de {from} a {to} minutos.',
    waitingShort: 'Alguém responde dentro de cerca de um minuto.',
  },
  nl: {
    closedNow: 'We zijn gesloten.',
    closedHoliday: 'We zijn gesloten vanwege een feestdag.',
    closedEmergency: 'We moesten onverwacht sluiten. Kom later terug.',
    closedUnstaffed: 'Op dit moment kan niemand u antwoorden. Kom later terug.',
    backToday: 'Vandaag om {time} zijn we er weer.',
    backTomorrow: 'Morgen om {time} zijn we er weer.',
    backOn: 'Op {day} om {time} zijn we er weer.',
    waiting: 'Over ongeveer {from} tot {to} minuten staat iemand u te woord.',
    waitingShort: 'Over ongeveer een minuut staat iemand u te woord.',
  },
  pl: {
    closedNow: 'Mamy zamknięte.',
    closedHoliday: 'Mamy zamknięte z powodu święta.',
    closedEmergency: 'Musieliśmy nieoczekiwanie zamknąć. Wróć później.',
    closedUnstaffed: 'Teraz nikt nie może odpowiedzieć. Wróć później.',
    backToday: 'Wracamy dziś o {time}.',
    backTomorrow: 'Wracamy jutro o {time}.',
    backOn: 'Wracamy: {day}, {time}.',
    waiting: 'Ktoś odpowie za około {from}–{to} min.',
    waitingShort: 'Ktoś odpowie za około minutę.',
  },
  ja: {
    closedNow: 'ただいま営業時間外です。',
    closedHoliday: '休業日のため、ただいま休業しております。',
    closedEmergency: '都合により、ただいま臨時休業しております。後ほどお越しください。',
    closedUnstaffed: 'ただいま対応できる担当者がおりません。後ほどお越しください。',
    backToday: '本日{time}に再開します。',
    backTomorrow: '明日{time}に再開します。',
    backOn: '{day} {time}に再開します。',
    waiting: 'およそ{from}～{to}分で担当者が対応します。',
    waitingShort: 'およそ1分で担当者が対応します。',
  },
  ar: {
    closedNow: 'نحن مغلقون الآن.',
    closedHoliday: 'نحن مغلقون بسبب العطلة.',
    closedEmergency: 'اضطررنا إلى الإغلاق بشكل غير متوقع. يرجى العودة لاحقًا.',
    closedUnstaffed: 'لا يمكن لأحد الرد عليك الآن. يرجى العودة لاحقًا.',
    backToday: 'نعود اليوم الساعة {time}.',
    backTomorrow: 'نعود غدًا الساعة {time}.',
    backOn: 'نعود يوم {day} الساعة {time}.',
    waiting: 'وقت الانتظار التقريبي بالدقائق: من {from} إلى {to}.',
    waitingShort: 'سيكون أحدهم معك خلال دقيقة تقريبًا.',
  },
}
