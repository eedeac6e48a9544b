/** Numbers, units, times and ages as people read them. */
import { language, words } from "./language";

/** UCUM → what people read. */
const UNITS: Record<string, string> = {
  "1": "",
  Cel: "°C",
  "[degF]": "°F",
  "%{RH}": "%RH",
  "%{LEL}": "%LEL",
  "%{vol}": "% vol",
  "[ppm]": "ppm",
  "[ppb]": "ppb",
  "ug/m3": "µg/m³",
  "mg/m3": "mg/m³",
  "dB[SPL]": "dB",
  "dB[SPL]{A}": "dB(A)",
  "dB[SPL]{C}": "dB(C)",
  "m/s2": "m/s²",
  "W/m2": "W/m²",
  "uSv/h": "µSv/h",
  "Bq/m3": "Bq/m³",
  "{index}": "",
  "{counts}": "",
};

export function unit(ucum: string): string {
  return UNITS[ucum] ?? ucum.replace(/[{}[\]]/g, "");
}

/** The instrument's own digits; a comma where Vietnamese has one. */
export function decimal(text: string): string {
  const plain = text.replace("-", "−");
  return language.value === "vi" ? plain.replace(".", ",") : plain;
}

export function quantity(word: string): string {
  return words.value.quantity[word] ?? word.replaceAll("_", " ");
}

export function quality(word: string): string {
  return words.value.quality[word] ?? words.value.unsure;
}

/** How long ago, in whole units, never negative. */
export function ago(ms: number): string {
  const { ago } = words.value;
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 2) return ago.now;
  if (s < 60) return ago.seconds(s);
  if (s < 3600) return ago.minutes(Math.floor(s / 60));
  if (s < 86_400) return ago.hours(Math.floor(s / 3600));
  return ago.days(Math.floor(s / 86_400));
}

export function span(ms: number): string {
  const { span } = words.value;
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return span.seconds(s);
  if (s < 3600) return span.minutes(Math.floor(s / 60));
  if (s < 86_400) return span.hours(Math.floor(s / 3600), Math.floor(s / 60) % 60);
  return span.days(Math.floor(s / 86_400), Math.floor(s / 3600) % 24);
}

/** 14:20:05, with the day before it where that is not today. */
export function clockTime(ms: number, nowMs: number, timeZone?: string): string {
  const zone = timeZone ? { timeZone } : {};
  const day = (at: number): string => new Intl.DateTimeFormat("en-CA", zone).format(at);
  const time = new Intl.DateTimeFormat("en-GB", { ...zone, hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(ms);
  if (day(ms) === day(nowMs)) return time;
  const locale = language.value === "vi" ? "vi-VN" : "en-GB";
  return `${time}, ${new Intl.DateTimeFormat(locale, { ...zone, day: "2-digit", month: "2-digit", year: "numeric" }).format(ms)}`;
}
