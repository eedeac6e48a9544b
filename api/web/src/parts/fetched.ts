/** What a screen fetches: nothing yet, the answer, or why there is none. An answer stays while a newer one is on its way. */
import { type Signal, useSignal } from "@preact/signals";
import { useCallback, useEffect } from "preact/hooks";
import { ApiFailure, call } from "../calls";

export interface Fetched<T> {
  answer: Signal<T | null>;
  failure: Signal<ApiFailure | null>;
  again: () => Promise<void>;
}

/** Fetch `path` now and whenever it or `version` changes. */
export function useFetched<T>(path: string, version: number = 0): Fetched<T> {
  const answer = useSignal<T | null>(null);
  const failure = useSignal<ApiFailure | null>(null);
  const again = useCallback(async () => {
    try {
      answer.value = await call<T>("GET", path);
      failure.value = null;
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      failure.value = error;
    }
  }, [path]);
  useEffect(() => void again(), [again, version]);
  return { answer, failure, again };
}
