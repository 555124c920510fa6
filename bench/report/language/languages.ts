import { english } from './en.js';
import { korean } from './ko.js';
import type { Language } from './language.js';

/** By the word for --lang. */
export const LANGUAGES = { en: english, ko: korean } as const satisfies Record<string, Language>;

export type LanguageName = keyof typeof LANGUAGES;
export const LANGUAGE_NAMES = Object.keys(LANGUAGES) as LanguageName[];
