/** Texts for the article search. */
export interface KnowledgeTexts {
  /** The search field's label. */
  readonly findAnswer: string
  readonly search: string
  readonly searching: string
  readonly articlesFound: string
  readonly noArticle: string
  readonly articlesFailed: string
  readonly suggestedSearches: string
  readonly helpful: string
  readonly helpfulYes: string
  readonly helpfulNo: string
  readonly helpfulThanks: string
  /** Shown after the guest has chosen `helpfulNo`. */
  readonly notHelpful: string
  /** The button that opens the chat if articles come first. */
  readonly writeToUs: string
}

/** All languages are in one file, which is loaded if the service has articles. */
export const KNOWLEDGE_TEXTS: Readonly<Record<string, KnowledgeTexts>> & { readonly en: KnowledgeTexts } = {
  en: {
    findAnswer: 'Find an answer',
    search: 'Search',
    searching: 'Searching …',
    articlesFound: 'Articles found: {count}',
    noArticle: 'No article was found. Try other words, or write to us.',
    articlesFailed: 'We can’t search right now. Please try again in a moment, or write to us.',
    suggestedSearches: 'Suggested searches',
    helpful: 'Did this help?',
    helpfulYes: 'Yes',
    helpfulNo: 'No',
    helpfulThanks: 'Thank you!',
    notHelpful: 'We are sorry. Please write to us, and we will help you.',
    writeToUs: 'Write to us',
  },
  de: {
    findAnswer: 'Antwort suchen',
    search: 'Suchen',
    searching: 'Suche läuft …',
    articlesFound: 'Gefundene Artikel: {count}',
    noArticle: 'Es wurde kein Artikel gefunden. Versuchen Sie andere Wörter, oder schreiben Sie uns.',
    articlesFailed:
      'Die Suche ist gerade nicht möglich. Bitte versuchen Sie es gleich noch einmal, oder schreiben Sie uns.',
    suggestedSearches: 'Vorgeschlagene Suchen',
    helpful: 'Hat das geholfen?',
    helpfulYes: 'Ja',
    helpfulNo: 'Nein',
    helpfulThanks: 'Vielen Dank!',
    notHelpful: 'Das tut uns leid. Schreiben Sie uns, dann helfen wir Ihnen.',
    writeToUs: 'Schreiben Sie uns',
  },
  fr: {
    findAnswer: 'Trouver une réponse',
    search: 'Rechercher',
    searching: 'Recherche en cours…',
    articlesFound: 'Articles trouvés : {count}',
    noArticle: 'Aucun article trouvé. Essayez d’autres mots ou écrivez-nous.',
    articlesFailed: 'La recherche est impossible pour le moment. Réessayez dans un instant ou écrivez-nous.',
    suggestedSearches: 'Recherches suggérées',
    helpful: 'Cela vous a-t-il aidé ?',
    helpfulYes: 'Oui',
    helpfulNo: 'Non',
    helpfulThanks: 'Merci !',
    notHelpful: 'Nous en sommes désolés. Écrivez-nous et nous vous aiderons.',
    writeToUs: 'Nous écrire',
  },
  es: {
    findAnswer: 'Buscar una respuesta',
    search: 'Buscar',
    searching: 'Buscando…',
    articlesFound: 'Artículos encontrados: {count}',
    noArticle: 'No se ha encontrado ningún artículo. Prueba con otras palabras o escríbenos.',
    articlesFailed: 'Ahora mismo no podemos buscar. Vuelve a intentarlo dentro de un momento o escríbenos.',
    suggestedSearches: 'Búsquedas sugeridas',
    helpful: '¿Te ha servido?',
    helpfulYes: 'Sí',
    helpfulNo: 'No',
    helpfulThanks: '¡Gracias!',
    notHelpful: 'Lo sentimos. Escríbenos y te ayudaremos.',
    writeToUs: 'Escríbenos',
  },
  it: {
    findAnswer: 'Trova una risposta',
    search: 'Cerca',
    searching: 'Ricerca in corso…',
    articlesFound: 'Articoli trovati: {count}',
    noArticle: 'Nessun articolo trovato. Prova con altre parole o scrivici.',
    articlesFailed: 'Al momento la ricerca non è possibile. Riprova tra poco o scrivici.',
    suggestedSearches: 'Ricerche suggerite',
    helpful: 'Ti è stato utile?',
    helpfulYes: 'Sì',
    helpfulNo: 'No',
    helpfulThanks: 'Grazie!',
    notHelpful: 'Ci dispiace. Scrivici e ti aiuteremo.',
    writeToUs: 'Scrivici',
  },
  pt: {
    findAnswer: 'Encontrar uma resposta',
    search: 'Pesquisar',
    searching: 'Pesquisando…',
    articlesFound: 'Artigos encontrados: {count}',
    noArticle: 'Nenhum artigo encontrado. Tente outras palavras ou escreva para nós.',
    articlesFailed: 'Não é possível pesquisar agora. Tente novamente em instantes ou escreva para nós.',
    suggestedSearches: 'Pesquisas sugeridas',
    helpful: 'Isso ajudou?',
    helpfulYes: 'Sim',
    helpfulNo: 'Não',
    helpfulThanks: 'Obrigado!',
    notHelpful: 'Lamentamos. Escreva para nós e vamos ajudar.',
    writeToUs: 'Escreva para nós',
  },
  nl: {
    findAnswer: 'Een antwoord zoeken',
    search: 'Zoeken',
    searching: 'Bezig met zoeken …',
    articlesFound: 'Gevonden artikelen: {count}',
    noArticle: 'Er is geen artikel gevonden. Probeer andere woorden of schrijf ons.',
    articlesFailed: 'Zoeken lukt nu niet. Probeer het zo nog eens of schrijf ons.',
    suggestedSearches: 'Voorgestelde zoekopdrachten',
    helpful: 'Heeft dit geholpen?',
    helpfulYes: 'Ja',
    helpfulNo: 'Nee',
    helpfulThanks: 'Bedankt!',
    notHelpful: 'Dat spijt ons. Schrijf ons, dan helpen we u.',
    writeToUs: 'Schrijf ons',
  },
  pl: {
    findAnswer: 'Znajdź odpowiedź',
    search: 'Szukaj',
    searching: 'Wyszukiwanie…',
    articlesFound: 'Znalezione artykuły: {count}',
    noArticle: 'Nie znaleziono artykułu. Spróbuj innych słów lub napisz do nas.',
    articlesFailed: 'Wyszukiwanie nie działa. Spróbuj za chwilę lub napisz do nas.',
    suggestedSearches: 'Podpowiedzi wyszukiwania',
    helpful: 'Czy to pomogło?',
    helpfulYes: 'Tak',
    helpfulNo: 'Nie',
    helpfulThanks: 'Dziękujemy!',
    notHelpful: 'Przykro nam. Napisz do nas, a pomożemy.',
    writeToUs: 'Napisz do nas',
  },
  ja: {
    findAnswer: '回答を探す',
    search: '検索',
    searching: '検索中…',
    articlesFound: '見つかった記事: {count}',
    noArticle: '記事が見つかりませんでした。別の言葉で検索するか、メッセージをお送りください。',
    articlesFailed:
      '現在検索できません。しばらくしてからもう一度お試しいただくか、メッセージをお送りください。',
    suggestedSearches: '検索候補',
    helpful: 'お役に立ちましたか?',
    helpfulYes: 'はい',
    helpfulNo: 'いいえ',
    helpfulThanks: 'ありがとうございます。',
    notHelpful: '申し訳ございません。メッセージをお送りいただければ、お手伝いいたします。',
    writeToUs: 'メッセージを送る',
  },
  ar: {
    findAnswer: 'ابحث عن إجابة',
    search: 'بحث',
    searching: 'جارٍ البحث…',
    articlesFound: 'المقالات التي عُثر عليها: {count}',
    noArticle: 'لم يُعثر على أي مقال. جرّب كلمات أخرى أو راسلنا.',
    articlesFailed: 'البحث غير متاح الآن. يرجى المحاولة بعد قليل أو مراسلتنا.',
    suggestedSearches: 'عمليات بحث مقترحة',
    helpful: 'هل أفادك هذا؟',
    helpfulYes: 'نعم',
    helpfulNo: 'لا',
    helpfulThanks: 'شكرًا لك!',
    notHelpful: 'نأسف لذلك. راسلنا وسنساعدك.',
    writeToUs: 'راسلنا',
  },
}
