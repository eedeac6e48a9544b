/** Kết quả: results of shifts, the newest first. */
import { dayText, exposure, named } from "../exposure_words";
import type { Result, Results as ResultList } from "../forms";
import { useFetched } from "../parts/fetched";
import { Empty, Failure, Loading } from "../parts/notice";
import { Figure, StandingBadge, Word } from "../parts/verdict";
import { follow } from "../router";
import { session } from "../session";

/** As api/routes/exposure_groups.py has it: who may write. */
const WRITERS = new Set<string>(["administrator", "inspector", "investigator"]);

export function Results() {
  const t = exposure.value;
  const { answer, failure, again } = useFetched<ResultList>("/results?limit=100");
  return (
    <>
      <div class="title">
        <h1>{t.resultsTitle}</h1>
        {WRITERS.has(session.value?.person.role ?? "") && (
          <a class="button" href="/results/new" onClick={follow}>
            {t.newResult}
          </a>
        )}
      </div>
      {answer.value ? <List results={answer.value.results} /> : failure.value ? <Failure failure={failure.value} retry={() => void again()} /> : <Loading />}
    </>
  );
}

function List({ results }: { results: Result[] }) {
  const t = exposure.value;
  if (!results.length) return <Empty title={t.noResults} hint={t.noResultsHint} />;
  return (
    <ul class="sites results">
      {results.map((result) => (
        <li key={result.id}>
          <a class={`site result-row ${result.outcome}`} href={`/results/${result.id}`} onClick={follow}>
            <div class="site-head">
              <div>
                <h2>{result.group_name ?? result.place}</h2>
                <p>
                  {result.site_name} · {dayText(result.day)}
                </p>
              </div>
              <StandingBadge standing={result.standing} />
            </div>
            <p class="what">
              {named(result.limit.agent)} · {t.metric[result.limit.metric] ?? result.limit.metric}
            </p>
            <Figure result={result} />
            <Word result={result} />
          </a>
        </li>
      ))}
    </ul>
  );
}
