/** The words of limits and results in the language of the page, and how their numbers are written. */
import { computed } from "@preact/signals";
import type { ExposureLimit } from "./forms";
import { decimal, unit } from "./format";
import { language } from "./language";
import { enExposure } from "./words_exposure_en";
import { viExposure } from "./words_exposure_vi";

export const exposure = computed(() => (language.value === "vi" ? viExposure : enExposure));

interface Named {
  en: string;
  vi: string | null;
}

/** Vietnamese where somebody has translated it. */
export function named(name: Named): string {
  return language.value === "vi" ? (name.vi ?? name.en) : name.en;
}

/** A limit's number as it is printed. */
export function printed(value: number): string {
  return decimal(String(Number(value.toPrecision(12))));
}

/** A result: levels to 0.1, all else to three digits; with more digits where rounding would hide on which side of a limit it lies. */
export function shown(value: number, ucum: string, limits: (number | null)[] = []): string {
  const level = ucum.startsWith("dB");
  const least = level ? 1 : Math.max(0, 2 - Math.floor(Math.log10(Math.max(Math.abs(value), 1e-9))));
  for (let digits = least; digits < least + 4; digits++) {
    const text = value.toFixed(digits);
    if (limits.every((limit) => limit === null || Math.sign(Number(text) - limit) === Math.sign(value - limit))) return decimal(trimmed(text, level));
  }
  return decimal(String(value));
}

function trimmed(text: string, level: boolean): string {
  return level || !text.includes(".") ? text : text.replace(/\.?0+$/, "");
}

export function withUnit(text: string, ucum: string): string {
  return `${text} ${unit(ucum)}`.trim();
}

/** A day as people write it. */
export function dayText(iso: string): string {
  const [year, month, day] = iso.split("-");
  return `${day}/${month}/${year}`;
}

/** A limit in one line, for lists to choose from. */
export function limitLine(limit: ExposureLimit): string {
  const t = exposure.value;
  const parts = [
    limit.instrument,
    t.metric[limit.metric] ?? limit.metric,
    limit.value === null ? null : withUnit(printed(limit.value), limit.unit),
    limit.case && named(limit.case),
    limit.verified ? null : t.verified.memory,
  ];
  return parts.filter(Boolean).join(" · ");
}
