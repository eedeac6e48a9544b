/** A list to choose one word from; nothing is chosen beforehand. */
import { words as language } from "../language";

export function Choice({ name, label, words }: { name: string; label: string; words: Record<string, string> }) {
  return (
    <label>
      {label}
      <select name={name} required>
        <option value="">{language.value.choose}</option>
        {Object.entries(words).map(([word, text]) => (
          <option value={word}>{text}</option>
        ))}
      </select>
    </label>
  );
}
