import type { InEachLanguage } from '../texts/in-language.ts'

interface SurveyTexts {
  readonly question: string
  readonly lowest: string
  readonly highest: string
  readonly thanks: string
}

const en: SurveyTexts = {
  question: 'How was this chat?',
  lowest: 'Bad',
  highest: 'Very good',
  thanks: 'Thank you!',
}

export const SURVEY_TEXTS: InEachLanguage<SurveyTexts> = {
  ar: { question: 'كيف كانت هذه المحادثة؟', lowest: 'سيئة', highest: 'جيدة جدًا', thanks: 'شكرًا لك!' },
  de: { question: 'Wie war dieser Chat?', lowest: 'Schlecht', highest: 'Sehr gut', thanks: 'Vielen Dank!' },
  en,
  es: { question: '¿Qué tal ha sido este chat?', lowest: 'Mal', highest: 'Muy bien', thanks: '¡Gracias!' },
  fr: { question: 'Comment était ce chat ?', lowest: 'Mauvais', highest: 'Très bon', thanks: 'Merci !' },
  it: { question: 'Com’è andata questa chat?', lowest: 'Male', highest: 'Molto bene', thanks: 'Grazie!' },
  ja: {
    question: 'このチャットはいかがでしたか?',
    lowest: '悪い',
    highest: 'とても良い',
    thanks: 'ありがとうございます。',
  },
  nl: { question: 'Hoe was deze chat?', lowest: 'Slecht', highest: 'Heel goed', thanks: 'Bedankt!' },
  pl: { question: 'Jak oceniasz ten czat?', lowest: 'Źle', highest: 'Bardzo dobrze', thanks: 'Dziękujemy!' },
  pt: { question: 'Como foi este chat?', lowest: 'Ruim', highest: 'Muito bom', thanks: 'Obrigado!' },
}
