/** Log in. */
import { useSignal } from "@preact/signals";
import { ApiFailure } from "../calls";
import { words } from "../language";
import { LanguageButton } from "../parts/shell";
import { ended, logIn } from "../session";

export function LogIn() {
  const t = words.value;
  const failure = useSignal<ApiFailure | null>(null);
  const busy = useSignal(false);
  const shown = useSignal(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    busy.value = true;
    failure.value = null;
    try {
      await logIn(String(form.get("login")).trim(), String(form.get("password")));
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      failure.value = error;
    }
    busy.value = false;
  };
  return (
    <main class="log-in">
      <form onSubmit={(event) => void submit(event)}>
        <div class="log-in-head">
          <img src="/icon.svg" alt="" width="56" height="56" />
          <div>
            <h1>AnToan</h1>
            <p>{t.product}</p>
          </div>
          <LanguageButton />
        </div>
        {ended.value && <p class="hint">{t.sessionEnded}</p>}
        <label>
          {t.login}
          <input name="login" autocomplete="username" autocapitalize="none" spellcheck={false} required maxLength={100} autofocus />
        </label>
        <label>
          {t.password}
          <Password shown={shown.value} />
        </label>
        <label class="tick">
          <input type="checkbox" checked={shown.value} onChange={() => (shown.value = !shown.value)} />
          {t.showPassword}
        </label>
        {failure.value && (
          <p class="error" role="alert">
            {reason(failure.value)}
          </p>
        )}
        <button type="submit" class="button main" disabled={busy.value}>
          {t.logIn}
        </button>
      </form>
      <p class="tagline">{t.tagline}</p>
    </main>
  );
}

/** The browser keeps what was typed when only the type changes: same name, same place. */
function Password({ shown }: { shown: boolean }) {
  const same = { name: "password", autocomplete: "current-password", required: true, maxLength: 200 } as const;
  return shown ? <input type="text" {...same} /> : <input type="password" {...same} />;
}

function reason(failure: ApiFailure): string {
  const t = words.value;
  if (failure.code === "wrong_password") return t.wrongPassword;
  return failure.code === "too_many" ? t.tooMany : t.cannotReach;
}
