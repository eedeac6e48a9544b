/** The page's addresses: /, /sites/3, /alerts, /alerts/7, /alerts/health, /limits, /results, /results/new, /results/enter, /results/7. */
import { computed, signal } from "@preact/signals";

const path = signal(location.pathname);
addEventListener("popstate", () => {
  path.value = location.pathname;
});

export type View =
  | { name: "sites" }
  | { name: "site"; id: number }
  | { name: "alerts" }
  | { name: "alert"; id: number }
  | { name: "limits" }
  | { name: "results" }
  | { name: "result"; id: number }
  | { name: "alarm_health" }
  | { name: "new_result" }
  | { name: "enter_result" }
  | { name: "take" }
  | { name: "nowhere" };

export const view = computed<View>(() => parse(path.value));

function parse(text: string): View {
  const [first = "", second, ...rest] = text.split("/").slice(1);
  const id = second && /^[1-9][0-9]{0,9}$/.test(second) ? Number(second) : null;
  if (rest.length === 0 && second === undefined && (first === "" || first === "sites")) return { name: "sites" };
  if (rest.length === 0 && second === undefined && first === "alerts") return { name: "alerts" };
  if (rest.length === 0 && id !== null && first === "sites") return { name: "site", id };
  if (second === undefined && first === "take") return { name: "take" };
  if (rest.length === 0 && second === "health" && first === "alerts") return { name: "alarm_health" };
  if (rest.length === 0 && id !== null && first === "alerts") return { name: "alert", id };
  if (rest.length === 0 && second === undefined && first === "limits") return { name: "limits" };
  if (rest.length === 0 && second === undefined && first === "results") return { name: "results" };
  if (rest.length === 0 && second === "enter" && first === "results") return { name: "enter_result" };
  if (rest.length === 0 && second === "new" && first === "results") return { name: "new_result" };
  if (rest.length === 0 && id !== null && first === "results") return { name: "result", id };
  return { name: "nowhere" };
}

export function go(to: string): void {
  if (to !== location.pathname) history.pushState(null, "", to);
  path.value = to;
  scrollTo(0, 0);
}

/** For links: an ordinary click stays on the page, any other is the browser's. */
export function follow(event: MouseEvent): void {
  const link = event.currentTarget as HTMLAnchorElement;
  if (event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    go(link.pathname);
  }
}
