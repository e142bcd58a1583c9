import type { InEachLanguage } from '../texts/in-language.ts'

interface InvitationTexts {
  /** Used if the administrator has not written a text. */
  readonly offer: string
  readonly accept: string
  readonly decline: string
}

const en: InvitationTexts = { offer: 'Can we help you?', accept: 'Start chat', decline: 'No, thanks' }

export const INVITATION_TEXTS: InEachLanguage<InvitationTexts> = {
  ar: { offer: 'هل يمكننا مساعدتك؟', accept: 'بدء المحادثة', decline: 'لا، شكرًا' },
  de: { offer: 'Können wir Ihnen helfen?', accept: 'Chat starten', decline: 'Nein, danke' },
  en,
  es: { offer: '¿Podemos ayudarte?', accept: 'Iniciar chat', decline: 'No, gracias' },
  fr: { offer: 'Pouvons-nous vous aider ?', accept: 'Démarrer le chat', decline: 'Non, merci' },
  it: { offer: 'Possiamo aiutarti?', accept: 'Avvia la chat', decline: 'No, grazie' },
  ja: { offer: '何かお困りですか?', accept: 'チャットを開始', decline: 'いいえ、結構です' },
  nl: { offer: 'Kunnen we u helpen?', accept: 'Chat starten', decline: 'Nee, bedankt' },
  pl: { offer: 'Czy możemy pomóc?', accept: 'Rozpocznij czat', decline: 'Nie, dziękuję' },
  pt: { offer: 'Podemos ajudar?', accept: 'Iniciar chat', decline: 'Não, obrigado' },
}
