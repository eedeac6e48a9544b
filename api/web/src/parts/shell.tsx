/** What stands around every screen: who and where, the menu of what exists, the band of danger, the state of the line. */
import { dangers, open } from "../alerts";
import { exposure } from "../exposure_words";
import { language, switchLanguage, words } from "../language";
import { connected } from "../live";
import type { Alert } from "../forms";
import { follow, type View, view } from "../router";
import { logOut, session } from "../session";
import { value } from "./alert_text";
import { Icon } from "./icon";

export function Shell({ children }: { children: preact.ComponentChildren }) {
  return (
    <>
      <header class="top">
        <div class="top-row">
          <a class="brand" href="/" onClick={follow}>
            <img src="/icon.svg" alt="" width="32" height="32" />
            <span>AnToan</span>
          </a>
          <Menu />
          <Who />
        </div>
      </header>
      <DangerBand />
      {!connected.value && (
        <p class="offline" role="status">
          <Icon shape="silent" /> {words.value.reconnecting}
        </p>
      )}
      <main>{children}</main>
    </>
  );
}

function Menu() {
  const t = words.value;
  const here = view.value.name;
  return (
    <nav class="menu" aria-label={t.menu}>
      <a href="/" onClick={follow} aria-current={here === "sites" || here === "site" ? "page" : undefined}>
        <Icon shape="site" /> {t.sites}
      </a>
      <a href="/alerts" onClick={follow} aria-current={here === "alerts" || here === "alert" || here === "alarm_health" ? "page" : undefined}>
        <Icon shape="bell" /> {t.alerts}
        {open.value.length > 0 && <span class={dangers.value.length ? "count grave" : "count"}>{open.value.length}</span>}
      </a>
      {session.value?.person.role !== "site_contact" && (
        <a href="/results" onClick={follow} aria-current={here.endsWith("result") || here === "results" ? "page" : undefined}>
          <Icon shape="result" /> {exposure.value.results}
        </a>
      )}
      <a href="/limits" onClick={follow} aria-current={here === "limits" ? "page" : undefined}>
        <Icon shape="limit" /> {exposure.value.limits}
      </a>
    </nav>
  );
}

function Who() {
  const t = words.value;
  const person = session.value?.person;
  return (
    <div class="who">
      <span class="who-name">
        {person?.name}
        <small>{person && (person.title || t.role[person.role])}</small>
      </span>
      <LanguageButton />
      <button type="button" class="plain" onClick={() => void logOut()}>
        {t.logOut}
      </button>
    </div>
  );
}

export function LanguageButton() {
  const other = language.value === "vi" ? "en" : "vi";
  return (
    <button type="button" class="plain" lang={other} aria-label={words.value.otherLanguage} onClick={switchLanguage}>
      {other.toUpperCase()}
    </button>
  );
}

/** Whether the screen shows the alert itself, so that the band need not. */
function shownBy(here: View, alert: Alert): boolean {
  if (here.name === "alert") return here.id === alert.id;
  return here.name === "alerts" || (here.name === "site" && here.id === alert.site);
}

/** The gravest alert that nobody has taken stands on every screen that does not show it. */
function DangerBand() {
  const here = view.value;
  const alert = dangers.value.find((danger) => !shownBy(here, danger));
  if (!alert) return null;
  return (
    <a class="danger-band" aria-live="assertive" href={`/alerts/${alert.id}`} onClick={follow}>
      <Icon shape="danger" />
      <span>
        <strong>{words.value.danger}</strong> {alert.title[language.value]} · {value(alert)}
        <small>
          {alert.place}
          {alert.place && alert.site_name && " · "}
          {alert.site_name}
        </small>
      </span>
      {dangers.value.length > 1 && <span class="count">{dangers.value.length}</span>}
    </a>
  );
}
