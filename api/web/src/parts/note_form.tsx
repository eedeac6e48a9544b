/** One line that a person must write, and a button: what was done, what was read. */
import { useSignal } from "@preact/signals";
import { ApiFailure } from "../calls";

interface Props {
  label: string;
  button: string;
  failure: string;
  send: (note: string) => Promise<void>;
  done: () => void;
}

export function NoteForm({ label, button, failure, send, done }: Props) {
  const failed = useSignal(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const note = String(new FormData(event.currentTarget as HTMLFormElement).get("note")).trim();
    failed.value = false;
    try {
      await send(note);
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      failed.value = true;
      return;
    }
    done();
  };
  return (
    <form class="reset" onSubmit={(event) => void submit(event)}>
      <label>
        {label}
        <input name="note" required maxLength={500} pattern=".*\S.*" />
      </label>
      <button type="submit" class="button">
        {button}
      </button>
      {failed.value && (
        <p class="error" role="alert">
          {failure}
        </p>
      )}
    </form>
  );
}
