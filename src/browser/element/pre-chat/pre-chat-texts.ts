import type { InEachLanguage } from '../texts/in-language.ts'

interface PreChatTexts {
  /** The button that opens the chat. */
  readonly start: string
  /** Shown if the guest's e-mail address is invalid. */
  readonly email: string
  readonly phone: string
}

const en: PreChatTexts = {
  start: 'Start chat',
  email: 'Please check your e-mail address.',
  phone: 'Please check your phone number.',
}

export const PRE_CHAT_TEXTS: InEachLanguage<PreChatTexts> = {
  ar: {
    start: 'بدء المحادثة',
    email: 'يرجى التحقق من عنوان بريدك الإلكتروني.',
    phone: 'يرجى التحقق من رقم هاتفك.',
  },
  de: {
    start: 'Chat beginnen',
    email: 'Bitte prüfen Sie Ihre E-Mail-Adresse.',
    phone: 'Bitte prüfen Sie Ihre Telefonnummer.',
  },
  en,
  es: {
    start: 'Iniciar chat',
    email: 'Comprueba tu dirección de correo electrónico.',
    phone: 'Comprueba tu número de teléfono.',
  },
  fr: {
    start: 'Démarrer le chat',
    email: 'Veuillez vérifier votre adresse e-mail.',
    phone: 'Veuillez vérifier votre numéro de téléphone.',
  },
  it: {
    start: 'Inizia la chat',
    email: 'Controlla il tuo indirizzo e-mail.',
    phone: 'Controlla il tuo numero di telefono.',
  },
  ja: {
    start: 'チャットを開始',
    email: 'メールアドレスをご確認ください。',
    phone: '電話番号をご確認ください。',
  },
  nl: { start: 'Chat starten', email: 'Controleer uw e-mailadres.', phone: 'Controleer uw telefoonnummer.' },
  pl: { start: 'Rozpocznij czat', email: 'Sprawdź adres e-mail.', phone: 'Sprawdź numer telefonu.' },
  pt: {
    start: 'Iniciar chat',
    email: 'Verifique seu endereço de e-mail.',
    phone: 'Verifique seu número de telefone.',
  },
}
