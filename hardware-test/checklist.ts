/** The same cases for a person with a board, a disk and a pencil: Markdown. Pure. */
import type { Start } from './case.ts'

export function checklistOf(starts: readonly Start[]): string {
  const parts = starts.map(({ title, cases }, at) => {
    const rows = cases.map(({ id, title, steps, expect }) => {
      const done = steps.map((step) => `   - [ ] ${step}`).join('\n')
      return `- **${id}**: ${title}\n${done}\n   - [ ] Seen: ${expect}\n   - Remarks: ______`
    })
    return `## ${at + 1}. ${title}\n\n${rows.join('\n')}\n`
  })
  return `# Hardware checklist\n\nBoard: ______  Image: ______  Power supply: ______  Disk: ______  Date: ______\n\n${parts.join('\n')}`
}
