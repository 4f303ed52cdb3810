/** A text as the lines it is shown in. */

export type ComparedLine =
  | { readonly kind: 'same' | 'own'; readonly number: number; readonly text: string }
  /** Room beside lines that only the other text has. */
  | { readonly kind: 'beside' }
  /** Lines left out because they are the same in both. */
  | { readonly kind: 'skipped'; readonly lines: number }

/** More a person does not read, and a phone draws slowly. */
export const maxLines = 2_000

/** One text by itself. */
export function plainLines(text: string): readonly ComparedLine[] {
  return toLines(text)
    .slice(0, maxLines)
    .map((line, at) => ({ kind: 'same', number: at + 1, text: line }))
}

export function toLines(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}
