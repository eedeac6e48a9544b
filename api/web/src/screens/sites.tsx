/** Cơ sở: the sites that the person sees, those with alerts first. */
import { useEffect } from "preact/hooks";
import { changes, refresh } from "../alerts";
import { nowMs } from "../clock";
import type { Site, Sites as SiteList } from "../forms";
import { ago } from "../format";
import { words } from "../language";
import { listen } from "../live";
import { useFetched } from "../parts/fetched";
import { Empty, Failure, Loading } from "../parts/notice";
import { Badge, shapeOf } from "../parts/state";
import { follow } from "../router";

const REFRESH_MS = 10_000;

export function Sites() {
  const t = words.value;
  const { answer, failure, again } = useFetched<SiteList>("/sites", changes.value);
  useEffect(() => {
    const timer = setInterval(() => void again(), REFRESH_MS);
    const close = listen(null, null, { readings: () => {}, alerts: () => void refresh(), reset: () => void again() });
    return () => {
      clearInterval(timer);
      close();
    };
  }, []);
  return (
    <>
      <h1>{t.sites}</h1>
      {answer.value ? <List sites={answer.value.sites} /> : failure.value ? <Failure failure={failure.value} retry={() => void again()} /> : <Loading />}
    </>
  );
}

function List({ sites }: { sites: Site[] }) {
  if (!sites.length) return <Empty title={words.value.noSites} hint={words.value.noSitesHint} />;
  const rank = (site: Site): number => (site.worst ? ["urgent", "high", "medium", "low"].indexOf(site.worst) : 9);
  const sorted = [...sites].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, "vi"));
  return (
    <ul class="sites">
      {sorted.map((site) => (
        <li key={site.id}>
          <SiteCard site={site} />
        </li>
      ))}
    </ul>
  );
}

function SiteCard({ site }: { site: Site }) {
  const t = words.value;
  return (
    <a class={`site ${site.worst ? shapeOf(site.worst) : ""}`} href={`/sites/${site.id}`} onClick={follow}>
      <div class="site-head">
        <div>
          <h2>{site.name}</h2>
          <p>{site.address}</p>
        </div>
        <Worst site={site} />
      </div>
      <dl class="facts">
        <dd>{t.kits(site.kits)}</dd>
        <dd>{t.points(site.points)}</dd>
        <dd>{site.measured_at ? `${t.measured} ${ago(nowMs.value - Date.parse(site.measured_at))}` : t.neverMeasured}</dd>
        <dd class="agency">{site.agency}</dd>
      </dl>
    </a>
  );
}

function Worst({ site }: { site: Site }) {
  const t = words.value;
  if (!site.worst) {
    return (
      <Badge tone="ok" shape="ok">
        {t.calm}
      </Badge>
    );
  }
  return (
    <Badge tone={shapeOf(site.worst)} shape={shapeOf(site.worst)}>
      {site.worst === "urgent" ? t.danger : t.openAlerts(site.open_alerts)}
    </Badge>
  );
}
