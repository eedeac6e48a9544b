/** Facts with their names; those that say nothing are left out. */
export type Fact = readonly [string, preact.ComponentChildren];

export function FactList({ facts }: { facts: Fact[] }) {
  return (
    <dl class="fact-list">
      {facts
        .filter(([, text]) => text)
        .map(([name, text]) => (
          <div>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
    </dl>
  );
}
