/** Texts for the callback form. `{day}` is a weekday with its date; `{time}` is, for example, `9:00`. */
export interface CallbackTexts {
  readonly callbackTitle: string
  readonly callbackName: string
  readonly callbackPhone: string
  readonly callbackPhoneHint: string
  readonly callbackDay: string
  readonly callbackTime: string
  readonly callbackSend: string
  readonly callbackAt: string
  /** Used if the guest cannot choose a time, because the contact center is open. */
  readonly callbackSoon: string
  readonly callbackPhoneWrong: string
  readonly callbackTimeWrong: string
  readonly callbackClosed: string
  /** Used if the chosen time is refused and the service knows the next possible time. */
  readonly callbackNext: string
}

/** All languages are in one file, which is loaded when the chat offers a callback. */
export const CALLBACK_TEXTS: Readonly<Record<string, CallbackTexts>> & { readonly en: CallbackTexts } = {
  en: {
    callbackTitle: 'When may we call you?',
    callbackName: 'Your name',
    callbackPhone: 'Your phone number',
    callbackPhoneHint: 'With the country code, such as +44 or +1',
    callbackDay: 'Day',
    callbackTime: 'Time',
    callbackSend: 'Request a call',
    callbackAt: 'Thank you! We will call you on {day} at {time}.',
    callbackSoon: 'Thank you! We will call you as soon as someone is free.',
    callbackPhoneWrong: 'Please check your phone number. It starts with + and the country code.',
    callbackTimeWrong: 'Please choose a time within the next 30 days.',
    callbackClosed: 'We are closed at that time. Please choose another time.',
    callbackNext: 'We are closed at that time. The next possible time is {day} at {time}.',
  },
  de: {
    callbackTitle: 'Wann dürfen wir Sie anrufen?',
    callbackName: 'Ihr Name',
    callbackPhone: 'Ihre Telefonnummer',
    callbackPhoneHint: 'Mit der Landesvorwahl, etwa +49 oder +43',
    callbackDay: 'Tag',
    callbackTime: 'Uhrzeit',
    callbackSend: 'Um Rückruf bitten',
    callbackAt: 'Vielen Dank! Wir rufen Sie am {day} um {time} Uhr an.',
    callbackSoon: 'Vielen Dank! Wir rufen Sie an, sobald jemand frei ist.',
    callbackPhoneWrong: 'Bitte prüfen Sie Ihre Telefonnummer. Sie beginnt mit + und der Landesvorwahl.',
    callbackTimeWrong: 'Bitte wählen Sie eine Zeit in den nächsten 30 Tagen.',
    callbackClosed: 'Zu dieser Zeit haben wir geschlossen. Bitte wählen Sie eine andere.',
    callbackNext:
      'Zu dieser Zeit haben wir geschlossen. Der nächste mögliche Termin ist {day} um {time} Uhr.',
  },
  fr: {
    callbackTitle: 'Quand pouvons-nous vous appeler ?',
    callbackName: 'Votre nom',
    callbackPhone: 'Votre numéro de téléphone',
    callbackPhoneHint: 'Avec l’indicatif du pays, par exemple +33',
    callbackDay: 'Jour',
    callbackTime: 'Heure',
    callbackSend: 'Demander un rappel',
    callbackAt: 'Merci ! Nous vous appellerons {day} à {time}.',
    callbackSoon: 'Merci ! Nous vous appellerons dès que quelqu’un sera libre.',
    callbackPhoneWrong:
      'Veuillez vérifier votre numéro de téléphone. Il commence par + et l’indicatif du pays.',
    callbackTimeWrong: 'Veuillez choisir un horaire dans les 30 prochains jours.',
    callbackClosed: 'Nous sommes fermés à cette heure. Veuillez en choisir une autre.',
    callbackNext: 'Nous sommes fermés à cette heure. Le prochain horaire possible est {day} à {time}.',
  },
  es: {
    callbackTitle: '¿Cuándo podemos llamarte?',
    callbackName: 'Tu nombre',
    callbackPhone: 'Tu número de teléfono',
    callbackPhoneHint: 'Con el prefijo del país, por ejemplo +34',
    callbackDay: 'Día',
    callbackTime: 'Hora',
    callbackSend: 'Pedir una llamada',
    callbackAt: '¡Gracias! Te llamaremos el {day} a las {time}.',
    callbackSoon: '¡Gracias! Te llamaremos en cuanto alguien esté libre.',
    callbackPhoneWrong: 'Comprueba tu número de teléfono. Empieza por + y el prefijo del país.',
    callbackTimeWrong: 'Elige una hora en los próximos 30 días.',
    callbackClosed: 'A esa hora estamos cerrados. Elige otra, por favor.',
    callbackNext: 'A esa hora estamos cerrados. La próxima hora posible es el {day} a las {time}.',
  },
  it: {
    callbackTitle: 'Quando possiamo chiamarti?',
    callbackName: 'Il tuo nome',
    callbackPhone: 'Il tuo numero di telefono',
    callbackPhoneHint: 'Con il prefisso del Paese, ad esempio +39',
    callbackDay: 'Giorno',
    callbackTime: 'Ora',
    callbackSend: 'Chiedi una chiamata',
    callbackAt: 'Grazie! Ti chiameremo {day} alle {time}.',
    callbackSoon: 'Grazie! Ti chiameremo appena qualcuno sarà libero.',
    callbackPhoneWrong: 'Controlla il tuo numero di telefono. Inizia con + e il prefisso del Paese.',
    callbackTimeWrong: 'Scegli un orario nei prossimi 30 giorni.',
    callbackClosed: 'A quell’ora siamo chiusi. Scegline un’altra.',
    callbackNext: 'A quell’ora siamo chiusi. Il prossimo orario possibile è {day} alle {time}.',
  },
  pt: {
    callbackTitle: 'Quando podemos ligar?',
    callbackName: 'O seu nome',
    callbackPhone: 'O seu número de telefone',
    callbackPhoneHint: 'Com o indicativo do país, por exemplo +351 ou +55',
    callbackDay: 'Dia',
    callbackTime: 'Hora',
    callbackSend: 'Pedir uma chamada',
    callbackAt: 'Obrigado! Ligamos {day} às {time}.',
    callbackSoon: 'Obrigado! Ligamos assim que alguém estiver livre.',
    callbackPhoneWrong: 'Verifique o seu número de telefone. Começa por + e o indicativo do país.',
    callbackTimeWrong: 'Escolha uma hora nos próximos 30 dias.',
    callbackClosed: 'A essa hora estamos fechados. Escolha outra.',
    callbackNext: 'A essa hora estamos fechados. A próxima hora possível é {day} às {time}.',
  },
  nl: {
    callbackTitle: 'Wanneer mogen we u bellen?',
    callbackName: 'Uw naam',
    callbackPhone: 'Uw telefoonnummer',
    callbackPhoneHint: 'Met de landcode, bijvoorbeeld +31 of +32',
    callbackDay: 'Dag',
    callbackTime: 'Tijd',
    callbackSend: 'Vraag een telefoontje aan',
    callbackAt: 'Bedankt! We bellen u op {day} om {time}.',
    callbackSoon: 'Bedankt! We bellen u zodra iemand vrij is.',
    callbackPhoneWrong: 'Controleer uw telefoonnummer. Het begint met + en de landcode.',
    callbackTimeWrong: 'Kies een tijd binnen de komende 30 dagen.',
    callbackClosed: 'Op dat tijdstip zijn we gesloten. Kies een ander tijdstip.',
    callbackNext: 'Op dat tijdstip zijn we gesloten. Het eerstvolgende tijdstip is {day} om {time}.',
  },
  pl: {
    callbackTitle: 'Kiedy możemy zadzwonić?',
    callbackName: 'Imię i nazwisko',
    callbackPhone: 'Numer telefonu',
    callbackPhoneHint: 'Z numerem kierunkowym kraju, na przykład +48',
    callbackDay: 'Dzień',
    callbackTime: 'Godzina',
    callbackSend: 'Poproś o telefon',
    callbackAt: 'Dziękujemy! Zadzwonimy: {day}, {time}.',
    callbackSoon: 'Dziękujemy! Zadzwonimy, gdy tylko ktoś będzie wolny.',
    callbackPhoneWrong: 'Sprawdź numer telefonu. Zaczyna się od + i numeru kierunkowego kraju.',
    callbackTimeWrong: 'Wybierz termin w ciągu najbliższych 30 dni.',
    callbackClosed: 'O tej porze mamy zamknięte. Wybierz inną.',
    callbackNext: 'O tej porze mamy zamknięte. Najbliższy możliwy termin: {day}, {time}.',
  },
  ja: {
    callbackTitle: 'お電話をご希望の日時を選んでください',
    callbackName: 'お名前',
    callbackPhone: '電話番号',
    callbackPhoneHint: '国番号からご入力ください(例:+81)',
    callbackDay: '日付',
    callbackTime: '時刻',
    callbackSend: '折り返し電話を依頼する',
    callbackAt: 'ありがとうございます。{day} {time}にお電話します。',
    callbackSoon: 'ありがとうございます。担当者の手が空き次第、お電話します。',
    callbackPhoneWrong: '電話番号をご確認ください。+と国番号で始まります。',
    callbackTimeWrong: '30日以内の日時をお選びください。',
    callbackClosed: 'その時間は営業時間外です。別の時間をお選びください。',
    callbackNext: 'その時間は営業時間外です。次に可能な日時は{day} {time}です。',
  },
  ar: {
    callbackTitle: 'متى يمكننا الاتصال بك؟',
    callbackName: 'اسمك',
    callbackPhone: 'رقم هاتفك',
    callbackPhoneHint: 'مع رمز البلد، مثل ‎+966',
    callbackDay: 'التاريخ',
    callbackTime: 'الوقت',
    callbackSend: 'اطلب مكالمة',
    callbackAt: 'شكرًا لك! سنتصل بك يوم {day} الساعة {time}.',
    callbackSoon: 'شكرًا لك! سنتصل بك حالما يتوفر أحدهم.',
    callbackPhoneWrong: 'يرجى التحقق من رقم هاتفك. يبدأ بعلامة + ثم رمز البلد.',
    callbackTimeWrong: 'يرجى اختيار وقت خلال الثلاثين يومًا القادمة.',
    callbackClosed: 'نحن مغلقون في ذلك الوقت. يرجى اختيار وقت آخر.',
    callbackNext: 'نحن مغلقون في ذلك الوقت. أقرب وقت ممكن هو يوم {day} الساعة {time}.',
  },
}
