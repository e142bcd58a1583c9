/** What is wrong, by the key of the field. */
type Words = Readonly<Record<string, string>>

const en: Words = { email: 'Please check your e-mail address.', phone: 'Please check your phone number.' }

const WORDS: Readonly<Record<string, Words>> = {
  ar: { email: 'يرجى التحقق من عنوان بريدك الإلكتروني.', phone: 'يرجى التحقق من رقم هاتفك.' },
  de: { email: 'Bitte prüfen Sie Ihre E-Mail-Adresse.', phone: 'Bitte prüfen Sie Ihre Telefonnummer.' },
  en,
  es: { email: 'Compruebe su dirección de correo electrónico.', phone: 'Compruebe su número de teléfono.' },
  fr: {
    email: 'Veuillez vérifier votre adresse e-mail.',
    phone: 'Veuillez vérifier votre numéro de téléphone.',
  },
  it: { email: 'Controlli il Suo indirizzo e-mail.', phone: 'Controlli il Suo numero di telefono.' },
  ja: { email: 'メールアドレスをご確認ください。', phone: '電話番号をご確認ください。' },
  nl: { email: 'Controleer uw e-mailadres.', phone: 'Controleer uw telefoonnummer.' },
  pl: { email: 'Proszę sprawdzić adres e-mail.', phone: 'Proszę sprawdzić numer telefonu.' },
  pt: { email: 'Verifique seu endereço de e-mail.', phone: 'Verifique seu número de telefone.' },
}

export function wordsFor(language: string): Words {
  return WORDS[language.toLowerCase().split(/[-_]/)[0] ?? ''] ?? en
}
