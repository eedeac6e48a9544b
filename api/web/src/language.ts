/** The language of the page: Vietnamese first, English by one touch, remembered by the browser. */
import { computed, effect, signal } from "@preact/signals";
import { en } from "./words_en";
import { vi } from "./words_vi";

export type Language = "vi" | "en";
const KEY = "antoan.language";

function remembered(): Language {
  try {
    return localStorage.getItem(KEY) === "en" ? "en" : "vi";
  } catch {
    return "vi"; // storage forbidden by the browser: nothing is remembered
  }
}

export const language = signal<Language>(remembered());

/** The words of the language. */
export const words = computed(() => (language.value === "vi" ? vi : en));

export function switchLanguage(): void {
  language.value = language.value === "vi" ? "en" : "vi";
  try {
    localStorage.setItem(KEY, language.value);
  } catch {
    // storage forbidden by the browser: nothing is remembered
  }
}

effect(() => {
  document.documentElement.lang = language.value;
});
