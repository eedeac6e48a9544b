/** A labelled input of a form. */
interface FieldProps {
  label: string;
  name: string;
  type?: "text" | "date" | "time" | "number";
  value?: string;
  step?: string;
  min?: string;
  required?: boolean;
  change?: (text: string) => void;
}

export function Field({ label, change, value = "", type = "text", ...rest }: FieldProps) {
  const attributes = { ...rest, type, defaultValue: value } as preact.InputHTMLAttributes<HTMLInputElement>;
  return (
    <label class="field">
      {label}
      <input {...attributes} onChange={(event) => change?.(event.currentTarget.value)} />
    </label>
  );
}
