/** What a screen shows while it has nothing to show: loading, a failure with its remedy, an empty list. */
import { ApiFailure } from "../calls";
import { words } from "../language";

export function Loading() {
  return (
    <p class="notice" role="status">
      {words.value.loading}
    </p>
  );
}

export function Failure({ failure, retry }: { failure: ApiFailure; retry?: () => void }) {
  const t = words.value;
  const text = failure.status === 404 ? t.notFound : failure.status === 403 ? t.notAllowed : t.cannotReach;
  return (
    <div class="notice" role="alert">
      <p>{text}</p>
      {retry && failure.status !== 404 && (
        <button type="button" class="button" onClick={retry}>
          {t.retry}
        </button>
      )}
    </div>
  );
}

export function Empty({ title, hint }: { title: string; hint?: string }) {
  return (
    <div class="notice">
      <p class="notice-title">{title}</p>
      {hint && <p>{hint}</p>}
    </div>
  );
}
