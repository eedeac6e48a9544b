/** Who is logged in. `undefined`: not known yet; `null`: nobody. */
import { signal } from "@preact/signals";
import { call, onSessionEnded } from "./calls";
import type { Session } from "./forms";

export const session = signal<Session | null | undefined>(undefined);
/** The session ended by itself: the log-in says so. */
export const ended = signal(false);

onSessionEnded(() => {
  ended.value = Boolean(session.value);
  session.value = null;
});

/** Ask once, at the start. A failure of the line is thrown, not taken for a log-out. */
export async function load(): Promise<void> {
  session.value = undefined;
  try {
    session.value = await call<Session>("GET", "/session");
  } catch (failure) {
    if (session.value !== null) throw failure;
  }
}

export async function logIn(login: string, password: string): Promise<void> {
  session.value = await call<Session>("POST", "/session", { login, password });
  ended.value = false;
}

export async function logOut(): Promise<void> {
  await call("DELETE", "/session");
  session.value = null;
}
