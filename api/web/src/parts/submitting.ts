/** Sending a form: what was typed, by name; busy while it is on its way; what the server refused, in its words. */
import { type Signal, useSignal } from "@preact/signals";
import { ApiFailure } from "../calls";
import { exposure } from "../exposure_words";
import { words } from "../language";

/** What stands in the field of a name, trimmed; empty where there is none. */
export type Typed = (name: string) => string;

export interface Submitting {
  busy: Signal<boolean>;
  refused: Signal<string>;
  submit: (event: SubmitEvent) => void;
}

export function useSubmitting(send: (typed: Typed) => Promise<void>): Submitting {
  const busy = useSignal(false);
  const refused = useSignal("");
  const run = async (form: FormData): Promise<void> => {
    busy.value = true;
    refused.value = "";
    try {
      await send((name) => String(form.get(name) ?? "").trim());
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      refused.value = error.status === 0 ? words.value.cannotReach : error.detail || exposure.value.refused;
    } finally {
      busy.value = false;
    }
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void run(new FormData(event.currentTarget as HTMLFormElement));
  };
  return { busy, refused, submit };
}
