/** Setting an alarm aside: for so many hours, or until a person brings it back; and bringing it back. */
import { bringBack, setAside } from "../alerts";
import { nowMs } from "../clock";
import type { Alert } from "../forms";
import { clockTime } from "../format";
import { words } from "../language";
import { useSending } from "./sending";

const HOURS = [1, 4, 8, 24, 72];

export function AsideForm({ alert, done }: { alert: Alert; done: () => void }) {
  const t = words.value;
  const { send, failed } = useSending(done);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    void send(() => setAside(alert.id, Number(form.get("hours")), String(form.get("reason")).trim()));
  };
  return (
    <details class="aside-form">
      <summary>{t.setAside}</summary>
      <form class="reset" onSubmit={submit}>
        <p>{t.setAsideHint}</p>
        <label>
          {t.shelveFor}
          <select name="hours" required>
            {HOURS.map((hours) => (
              <option value={hours}>{t.hours(hours)}</option>
            ))}
            <option value="0">{t.untilEnded}</option>
          </select>
        </label>
        <label>
          {t.reason}
          <input name="reason" required maxLength={500} pattern=".*\S.*" />
        </label>
        <button type="submit" class="button">
          {t.setAside}
        </button>
        {failed}
      </form>
    </details>
  );
}

/** Why an alarm is not announced now, with the way back. */
export function AsideNote({ alert, done }: { alert: Alert; done: () => void }) {
  const t = words.value;
  const { send, failed } = useSending(done);
  const { aside } = alert;
  if (!aside) return alert.state === "suppressed" ? <p class="aside-note">{t.suppressed}</p> : null;
  const until = aside.until && clockTime(Date.parse(aside.until), nowMs.value);
  return (
    <div class="aside-note" role="status">
      <p>{until ? t.asideUntil(aside.by, until, aside.reason) : t.outOfService(aside.by, aside.reason)}</p>
      {alert.actions.includes("bring_back") && (
        <button type="button" class="button" onClick={() => void send(() => bringBack(alert.id))}>
          {t.bringBack}
        </button>
      )}
      {failed}
    </div>
  );
}
