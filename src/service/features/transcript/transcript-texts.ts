/** The texts of a transcript file. */
export interface TranscriptTexts {
  readonly title: string
  readonly guest: string
  readonly agent: string
  readonly bot: string
  readonly file: string
  readonly timeZone: string
  readonly incomplete: string
  readonly empty: string
  readonly unsupported: string
}

export const TRANSCRIPT_TEXTS: Readonly<Record<string, TranscriptTexts>> = {
  en: {
    title: 'Conversation',
    guest: 'You',
    agent: 'Agent',
    bot: 'Assistant',
    file: 'File',
    timeZone: 'Time zone',
    incomplete: 'Earlier messages of this conversation are not in this file.',
    empty: 'There are no messages.',
    unsupported: 'This message can’t be shown here.',
  },
  ar: {
    title: 'المحادثة',
    guest: 'أنت',
    agent: 'موظف الدعم',
    bot: 'المساعد',
    file: 'ملف',
    timeZone: 'المنطقة الزمنية',
    incomplete: 'يبدأ هذا الملف هنا. تحتوي المحادثة على رسائل أقدم.',
    empty: 'لا توجد رسائل.',
    unsupported: 'لا يمكن عرض هذه الرسالة هنا.',
  },
  de: {
    title: 'Unterhaltung',
    guest: 'Sie',
    agent: 'Mitarbeiter',
    bot: 'Assistent',
    file: 'Datei',
    timeZone: 'Zeitzone',
    incomplete: 'Diese Datei beginnt hier. Die Unterhaltung hat frühere Nachrichten.',
    empty: 'Es gibt keine Nachrichten.',
    unsupported: 'Diese Nachricht kann hier nicht angezeigt werden.',
  },
  es: {
    title: 'Conversación',
    guest: 'Usted',
    agent: 'Agente',
    bot: 'Asistente',
    file: 'Archivo',
    timeZone: 'Zona horaria',
    incomplete: 'Este archivo empieza aquí. La conversación tiene mensajes anteriores.',
    empty: 'No hay mensajes.',
    unsupported: 'Este mensaje no se puede mostrar aquí.',
  },
  fr: {
    title: 'Conversation',
    guest: 'Vous',
    agent: 'Conseiller',
    bot: 'Assistant',
    file: 'Fichier',
    timeZone: 'Fuseau horaire',
    incomplete: 'Ce fichier commence ici. La conversation contient des messages plus anciens.',
    empty: 'Il n’y a aucun message.',
    unsupported: 'Ce message ne peut pas être affiché ici.',
  },
  it: {
    title: 'Conversazione',
    guest: 'Lei',
    agent: 'Operatore',
    bot: 'Assistente',
    file: 'File',
    timeZone: 'Fuso orario',
    incomplete: 'Questo file inizia qui. La conversazione contiene messaggi precedenti.',
    empty: 'Non ci sono messaggi.',
    unsupported: 'Questo messaggio non può essere visualizzato qui.',
  },
  ja: {
    title: '会話',
    guest: 'あなた',
    agent: '担当者',
    bot: 'アシスタント',
    file: 'ファイル',
    timeZone: 'タイムゾーン',
    incomplete: 'このファイルはここから始まります。会話にはこれより前のメッセージがあります。',
    empty: 'メッセージはありません。',
    unsupported: 'このメッセージはここでは表示できません。',
  },
  nl: {
    title: 'Gesprek',
    guest: 'U',
    agent: 'Medewerker',
    bot: 'Assistent',
    file: 'Bestand',
    timeZone: 'Tijdzone',
    incomplete: 'Dit bestand begint hier. Het gesprek heeft eerdere berichten.',
    empty: 'Er zijn geen berichten.',
    unsupported: 'Dit bericht kan hier niet worden weergegeven.',
  },
  pl: {
    title: 'Rozmowa',
    guest: 'Ty',
    agent: 'Konsultant',
    bot: 'Asystent',
    file: 'Plik',
    timeZone: 'Strefa czasowa',
    incomplete: 'Ten plik zaczyna się tutaj. Rozmowa zawiera wcześniejsze wiadomości.',
    empty: 'Brak wiadomości.',
    unsupported: 'Tej wiadomości nie można tu wyświetlić.',
  },
  pt: {
    title: 'Conversa',
    guest: 'Você',
    agent: 'Atendente',
    bot: 'Assistente',
    file: 'Arquivo',
    timeZone: 'Fuso horário',
    incomplete: 'Este arquivo começa aqui. A conversa tem mensagens anteriores.',
    empty: 'Não há mensagens.',
    unsupported: 'Esta mensagem não pode ser exibida aqui.',
  },
}
