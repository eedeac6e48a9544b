/** Closing a latched alert after the condition has gone: says what was done. */
import { useSignal } from "@preact/signals";
import { reset } from "../alerts";
import { ApiFailure } from "../calls";
import { words } from "../language";

export function ResetForm({ alert, done }: { alert: number; done: () => void }) {
  const t = words.value;
  const failed = useSignal(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const note = String(new FormData(event.currentTarget as HTMLFormElement).get("note")).trim();
    failed.value = false;
    try {
      await reset(alert, note);
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      failed.value = error.status !== 409; // 409: it holds again, or somebody was faster; the card will say so
    }
    done();
  };
  return (
    <form class="reset" onSubmit={(event) => void submit(event)}>
      <label>
        {t.resetNote}
        <input name="note" required maxLength={500} pattern=".*\S.*" />
      </label>
      <button type="submit" class="button">
        {t.reset}
      </button>
      {failed.value && (
        <p class="error" role="alert">
          {t.cannotReach}
        </p>
      )}
    </form>
  );
}
