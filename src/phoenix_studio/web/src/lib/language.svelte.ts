// The language of the page, and its texts in it.
import { LANGUAGES, type Language, type Word } from './texts';

const KEY = 'language';

function preferred(): Language {
  const stored = localStorage.getItem(KEY);
  if (stored === 'en' || stored === 'de') return stored;
  return navigator.language.startsWith('de') ? 'de' : 'en';
}

const chosen = $state({ language: preferred() });
document.documentElement.lang = chosen.language;

/** Return a text, with values in the place of {0}, {1}. */
export function t(word: Word, ...values: (string | number)[]): string {
  return LANGUAGES[chosen.language][word].replace(/\{(\d)\}/g, (_, index) => String(values[Number(index)]));
}

export function language(): Language {
  return chosen.language;
}

export function otherLanguage(): void {
  chosen.language = chosen.language === 'en' ? 'de' : 'en';
  localStorage.setItem(KEY, chosen.language);
  document.documentElement.lang = chosen.language;
}

/** Return a time of day, given in seconds since 1970. */
export function clock(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString(chosen.language, { hourCycle: 'h23' });
}

/** Return the text of a word that may have none, as the name of an activity of another package. */
export function maybe(word: string, otherwise: string): string {
  return LANGUAGES[chosen.language][word as Word] ?? otherwise;
}

/** Return a day, given in seconds since 1970. */
export function day(seconds: number): string {
  return new Date(seconds * 1000).toLocaleDateString(chosen.language);
}
