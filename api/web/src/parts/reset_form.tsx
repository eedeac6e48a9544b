/** Closing a latched alert after the condition has gone: says what was done; a danger names cause and action from a list. */
import { reset } from "../alerts";
import type { Alert, Reset } from "../forms";
import { words } from "../language";
import { Choice } from "./choice";
import { useSending } from "./sending";

export function ResetForm({ alert, done }: { alert: Alert; done: () => void }) {
  const t = words.value;
  const { send, failed } = useSending(done);
  const grave = alert.cycle === "danger";
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const word = (name: string): string | null => (form.get(name) as string | null) || null;
    const body = { note: String(form.get("note")).trim(), cause: word("cause"), action: word("action") } as Reset;
    void send(() => reset(alert.id, body));
  };
  return (
    <form class="reset" onSubmit={submit}>
      {grave && <Choice name="cause" label={t.resetCause} words={t.cause} />}
      {grave && <Choice name="action" label={t.resetAction} words={t.response} />}
      <label>
        {grave ? t.resetMore : t.resetNote}
        <input name="note" required maxLength={500} pattern=".*\S.*" />
      </label>
      <button type="submit" class="button">
        {t.reset}
      </button>
      {failed}
    </form>
  );
}
