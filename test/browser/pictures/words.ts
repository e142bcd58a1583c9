/** What the guest, the agent and the bot say in the pictures. */
export interface Words {
  readonly hello: string
  readonly question: string
  readonly welcomeBack: string
  readonly answer: string
  readonly second: string
  readonly thanks: string
  readonly botName: string
  readonly richText: string
  readonly which: string
  readonly whichLamp: string
  readonly choices: readonly string[]
  readonly lamps: readonly (readonly [title: string, description: string])[]
  readonly take: string
  readonly more: string
  readonly when: string
  readonly whenHint: string
  readonly about: string
  readonly aboutHint: string
  readonly topics: readonly string[]
  readonly details: string
  readonly detailsHint: string
  readonly begin: string
  readonly who: string
  readonly name: string
  readonly note: string
  readonly day: string
  readonly offer: string
  readonly fileName: string
  readonly readMore: string
  readonly shop: string
  readonly address: string
  readonly telephone: string
  readonly longWord: string
  readonly longUrl: string
  /** Five messages that are repeated to fill a long conversation; the guest writes the first two of them. */
  readonly chatter: readonly string[]
  /** What the guest writes after a message that could not be sent. */
  readonly afterFailure: string
  /** The title of a list of times. */
  readonly whichTime: string
  /** What the guest searches for, the articles that are found, and the first one's HTML. */
  readonly search: string
  readonly articles: readonly (readonly [title: string, excerpt: string])[]
  readonly article: string
}

export const WORDS: Readonly<Record<string, Words>> = {
  en: {
    hello: 'Hello',
    question: 'Do you still have the Hale in walnut?',
    welcomeBack: 'Welcome back. I will pass you on to a colleague.',
    answer: 'We do: two are left in our shop in Galway, and six more arrive on Monday.',
    second: 'Shall I keep one for you?',
    thanks: 'Yes please, until Saturday.',
    botName: 'Lumi',
    richText:
      'The *Hale*, _new_ in ~oak~ walnut, with `E27`:\n\n- linen shade\n- [care instructions](https://example.com/care)\n\n1. unpack\n2. plug in\n\n> Two years of warranty',
    which: 'Which wood do you like?',
    whichLamp: 'Which lamp do you like?',
    choices: ['Oak', 'Walnut', 'Show me both, please'],
    lamps: [
      ['Hale', 'A table lamp, turned from walnut. €148'],
      ['Moss', 'A floor lamp with a shade of felt. €312'],
    ],
    take: 'Take it',
    more: 'Read more',
    when: 'When may we call?',
    whenHint: 'Times are in your time zone.',
    about: 'What is it about?',
    aboutHint: 'So that the right colleague calls you.',
    topics: ['Topics', 'My orders', 'Returns', 'Today', 'Later'],
    details: 'Your details',
    detailsHint: 'So that we can help you faster.',
    begin: 'Begin',
    who: 'Who are you?',
    name: 'Name',
    note: 'Anything else?',
    day: 'Day of the visit',
    offer: 'Here is our offer, and a picture of the lamp.',
    fileName: 'Offer 2026-113.pdf',
    readMore: 'All about the Hale is on our page.',
    shop: 'Lamps on Quay Street',
    address: '7 Quay Street, Galway',
    telephone: 'Call us instead: +353 91 555 0142',
    longWord: 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft',
    longUrl: 'https://example.com/lamps/table-lamps/hale/walnut/e27/linen-shade?colour=natural&size=40',
    chatter: [
      'Does the Hale come with a bulb?',
      'And how long is the cable?',
      'A warm LED is in the box.',
      'The cable is two meters long,',
      'with a switch that you reach from bed.',
    ],
    afterFailure: 'Are you open on Saturday?',
    whichTime: 'When shall we call?',
    search: 'delivery',
    articles: [
      ['Delivery and tracking', 'Parcels leave our workshop within two days.'],
      ['Returns', 'You can send a lamp back within 30 days.'],
    ],
    article:
      '<p>Your parcel leaves our workshop within two days. You get an e-mail with a link to follow it.</p><h4>If you are not at home</h4><ul><li>Your neighbor can accept it.</li><li>The post office keeps it for a week.</li></ul>',
  },
  de: {
    hello: 'Guten Tag',
    question: 'Haben Sie die Hale noch in Nussbaum?',
    welcomeBack: 'Schön, dass Sie wieder da sind. Ich verbinde Sie mit einer Kollegin.',
    answer: 'Ja: Zwei stehen noch in unserem Laden in Galway, und am Montag kommen sechs weitere.',
    second: 'Soll ich Ihnen eine zurücklegen?',
    thanks: 'Ja bitte, bis Samstag.',
    botName: 'Lumi',
    richText:
      'Die *Hale*, _neu_ in ~Eiche~ Nussbaum, mit `E27`:\n\n- Schirm aus Leinen\n- [Pflegehinweise](https://example.com/care)\n\n1. auspacken\n2. einstecken\n\n> Zwei Jahre Gewährleistung',
    which: 'Welches Holz gefällt Ihnen?',
    whichLamp: 'Welche Leuchte gefällt Ihnen?',
    choices: ['Eiche', 'Nussbaum', 'Zeigen Sie mir bitte beide'],
    lamps: [
      ['Hale', 'Tischleuchte, aus Nussbaum gedrechselt. 148\u00a0€'],
      ['Moss', 'Stehleuchte mit einem Schirm aus Filz. 312\u00a0€'],
    ],
    take: 'Diese nehmen',
    more: 'Mehr erfahren',
    when: 'Wann dürfen wir anrufen?',
    whenHint: 'In Ihrer Ortszeit.',
    about: 'Worum geht es?',
    aboutHint: 'Damit die richtige Kollegin Sie anruft.',
    topics: ['Themen', 'Meine Bestellungen', 'Rücksendungen', 'Heute', 'Später'],
    details: 'Ihre Angaben',
    detailsHint: 'Damit wir Ihnen schneller helfen können.',
    begin: 'Anfangen',
    who: 'Wer sind Sie?',
    name: 'Name',
    note: 'Möchten Sie noch etwas anmerken?',
    day: 'Tag des Besuchs',
    offer: 'Hier ist unser Angebot, und so sieht die Leuchte aus.',
    fileName: 'Angebot 2026-113.pdf',
    readMore: 'Alles über die Hale steht auf unserer Seite.',
    shop: 'Leuchten in der Quay Street',
    address: '7 Quay Street, Galway',
    telephone: 'Rufen Sie uns an: +353 91 555 0142',
    longWord: 'Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetzverkündungstermin',
    longUrl: 'https://example.com/leuchten/tischleuchten/hale/nussbaum/e27/leinen?farbe=natur&groesse=40',
    chatter: [
      'Ist bei der Hale ein Leuchtmittel dabei?',
      'Und wie lang ist das Kabel?',
      'Eine warme LED liegt bei.',
      'Das Kabel ist zwei Meter lang,',
      'mit einem Schalter, den Sie vom Bett aus erreichen.',
    ],
    afterFailure: 'Haben Sie am Samstag geöffnet?',
    whichTime: 'Wann sollen wir anrufen?',
    search: 'Lieferung',
    articles: [
      ['Lieferung und Sendungsverfolgung', 'Pakete verlassen unsere Werkstatt innerhalb von zwei Tagen.'],
      ['Rücksendungen', 'Sie können eine Leuchte innerhalb von 30 Tagen zurückschicken.'],
    ],
    article:
      '<p>Ihr Paket verlässt unsere Werkstatt innerhalb von zwei Tagen. Sie erhalten eine E-Mail mit einem Link zur Sendung.</p><h4>Wenn Sie nicht zu Hause sind</h4><ul><li>Ein Nachbar kann es annehmen.</li><li>Die Post bewahrt es eine Woche lang auf.</li></ul>',
  },
  ar: {
    hello: 'مرحبًا',
    question: 'هل ما زال مصباح Hale متوفرًا بخشب الجوز؟',
    welcomeBack: 'أهلًا بعودتك. سأحوّلك إلى زميلة لي.',
    answer: 'نعم، بقي اثنان في متجرنا في غالواي، وتصل ستة أخرى يوم الاثنين.',
    second: 'هل أحجز لك واحدًا؟',
    thanks: 'نعم من فضلك، حتى يوم السبت.',
    botName: 'لومي',
    richText:
      'مصباح *Hale*، _جديد_ من ~البلوط~ الجوز، مع `E27`:\n\n- غطاء من الكتان\n- [تعليمات العناية](https://example.com/care)\n\n1. افتح العلبة\n2. صِل المصباح\n\n> ضمان لمدة عامين',
    which: 'أي خشب تفضّل؟',
    whichLamp: 'أي مصباح تفضّل؟',
    choices: ['البلوط', 'الجوز', 'أرني الاثنين من فضلك'],
    lamps: [
      ['Hale', 'مصباح طاولة مخروط من خشب الجوز. 148\u00a0€'],
      ['Moss', 'مصباح أرضي بغطاء من اللباد. 312\u00a0€'],
    ],
    take: 'أريد هذا',
    more: 'اقرأ المزيد',
    when: 'متى يمكننا الاتصال بك؟',
    whenHint: 'جميع الأوقات بتوقيتك.',
    about: 'ما موضوع رسالتك؟',
    aboutHint: 'ليتصل بك الزميل المناسب.',
    topics: ['المواضيع', 'طلباتي', 'الإرجاع', 'اليوم', 'لاحقًا'],
    details: 'بياناتك',
    detailsHint: 'لنساعدك بشكل أسرع.',
    begin: 'ابدأ',
    who: 'من أنت؟',
    name: 'الاسم',
    note: 'هل من شيء آخر؟',
    day: 'يوم الزيارة',
    offer: 'إليك عرضنا وصورة المصباح.',
    fileName: 'عرض-2026-113.pdf',
    readMore: 'كل ما يخص Hale على صفحتنا.',
    shop: 'متجر المصابيح',
    address: '7 Quay Street, Galway',
    telephone: 'اتصل بنا: ‎+353 91 555 0142',
    longWord: 'أفاستسقيناكموهاأفاستسقيناكموهاأفاستسقيناكموهاأفاستسقيناكموها',
    longUrl: 'https://example.com/lamps/table-lamps/hale/walnut/e27/linen-shade?colour=natural&size=40',
    chatter: [
      'هل يأتي مصباح Hale مع لمبة؟',
      'وكم طول السلك؟',
      'توجد لمبة LED دافئة في العلبة.',
      'طول السلك متران،',
      'وله مفتاح تصل إليه من السرير.',
    ],
    afterFailure: 'هل متجركم مفتوح يوم السبت؟',
    whichTime: 'متى نتصل بك؟',
    search: 'التوصيل',
    articles: [
      ['التوصيل وتتبع الطرود', 'تغادر الطرود ورشتنا خلال يومين.'],
      ['الإرجاع', 'يمكنك إعادة المصباح خلال 30 يومًا.'],
    ],
    article:
      '<p>يغادر طردك ورشتنا خلال يومين، وتصلك رسالة إلكترونية فيها رابط لمتابعته.</p><h4>إذا لم تكن في المنزل</h4><ul><li>يمكن لجارك أن يستلمه.</li><li>يحتفظ به مكتب البريد أسبوعًا.</li></ul>',
  },
}
