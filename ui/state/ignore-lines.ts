/** Ignore patterns as lines of a text, and the common ones a person can add at once. Pure. */

export const commonPatterns = [
  '*.tmp',
  '*.bak',
  '*.log',
  '*.iso',
  '.git/',
  'node_modules/',
  '.cache/',
  '/private/',
] as const

/** Whether the pattern stands on a line of its own. */
export function hasPattern(text: string, pattern: string): boolean {
  return text.split('\n').some((line) => line.trim() === pattern)
}

/** With the pattern as the last line; every line that was there stays as it was. */
export function addPattern(text: string, pattern: string): string {
  const isOpen = text !== '' && !text.endsWith('\n')
  return `${text}${isOpen ? '\n' : ''}${pattern}\n`
}

/** Without the lines that are this pattern and nothing else. */
export function removePattern(text: string, pattern: string): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== pattern)
    .join('\n')
}
