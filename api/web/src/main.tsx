/** The page: log in, then the screen of the address. */
import { render } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { keepFresh } from "./alerts";
import { ApiFailure } from "./calls";
import { Empty, Failure, Loading } from "./parts/notice";
import { Shell } from "./parts/shell";
import { view } from "./router";
import { AlarmHealth } from "./screens/alarm_health";
import { Alert } from "./screens/alert";
import { Alerts } from "./screens/alerts";
import { EnterResult } from "./screens/enter_result";
import { Limits } from "./screens/limits";
import { LogIn } from "./screens/log_in";
import { NewResult } from "./screens/new_result";
import { Result } from "./screens/result";
import { Results } from "./screens/results";
import { Site } from "./screens/site";
import { Sites } from "./screens/sites";
import { Take } from "./screens/take";
import { load, session } from "./session";
import { language, words } from "./language";

/** The link of a message needs no log-in; everything else does. */
function Page() {
  return view.value.name === "take" ? <Take /> : <LoggedIn />;
}

function LoggedIn() {
  const failure = useSignal<ApiFailure | null>(null);
  const start = (): void => {
    failure.value = null;
    load().catch((error: unknown) => {
      if (!(error instanceof ApiFailure)) throw error;
      failure.value = error;
    });
  };
  useEffect(start, []);
  if (failure.value) return <Failure failure={failure.value} retry={start} />;
  if (session.value === undefined) return <Loading />;
  return session.value === null ? <LogIn /> : <Inside />;
}

function Inside() {
  useEffect(keepFresh, []);
  return (
    <Shell>
      <Screen />
    </Shell>
  );
}

function Screen() {
  const here = view.value;
  switch (here.name) {
    case "sites":
      return <Sites />;
    case "site":
      return <Site key={here.id} id={here.id} />;
    case "alerts":
      return <Alerts />;
    case "alert":
      return <Alert key={here.id} id={here.id} />;
    case "limits":
      return <Limits />;
    case "results":
      return <Results />;
    case "result":
      return <Result key={here.id} id={here.id} />;
    case "alarm_health":
      return <AlarmHealth />;
    case "enter_result":
      return <EnterResult />;
    case "new_result":
      return <NewResult />;
    case "take": // shown before anybody is logged in
    case "nowhere":
      return <Empty title={words.value.notFound} />;
  }
}

function Titled() {
  document.title = `AnToan · ${words.value.product}`;
  return <Page key={language.value} />;
}

render(<Titled />, document.getElementById("page") as HTMLElement);
