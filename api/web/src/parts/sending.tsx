/** A form on its way to the server: what went wrong stands under it. A 409 (somebody was faster) is told by the screen itself. */
import { useSignal } from "@preact/signals";
import { ApiFailure } from "../calls";
import { words } from "../language";

export function useSending(done: () => void) {
  const failure = useSignal<ApiFailure | null>(null);
  const send = async (work: () => Promise<unknown>): Promise<void> => {
    failure.value = null;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      failure.value = error.status === 409 ? null : error;
    }
    if (!failure.value) done();
  };
  const failed = failure.value && (
    <p class="error" role="alert">
      {words.value.cannotReach}
    </p>
  );
  return { send, failed };
}
