/** Calls of the API. Every failure is an `ApiFailure`; a session that has ended is told to `onSessionEnded`. */
import type { Problem } from "./forms";
import { learnServerTime } from "./clock";

export class ApiFailure extends Error {
  /** `status` 0: the server could not be reached. */
  constructor(
    readonly status: number,
    readonly code: string,
    /** What the server said, in English. */
    readonly detail: string = "",
  ) {
    super(`${status} ${code}`);
  }
}

let sessionEnded = (): void => {};

export function onSessionEnded(told: () => void): void {
  sessionEnded = told;
}

export async function call<T>(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<T> {
  const answer = await sent(method, path, body);
  if (answer.status === 204) return undefined as T;
  const json: unknown = await answer.json().catch(() => null);
  if (!answer.ok) {
    const problem = json as Problem | null;
    const code = problem?.code ?? "unknown";
    if (code === "not_logged_in") sessionEnded();
    throw new ApiFailure(answer.status, code, problem?.detail);
  }
  const time = (json as { server_time?: string }).server_time;
  if (time) learnServerTime(time);
  return json as T;
}

async function sent(method: string, path: string, body: unknown): Promise<Response> {
  const init: RequestInit = { method, credentials: "same-origin", cache: "no-store" };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { "Content-Type": "application/json" };
  }
  try {
    return await fetch(`/api/v1${path}`, init);
  } catch {
    throw new ApiFailure(0, "cannot_reach");
  }
}
