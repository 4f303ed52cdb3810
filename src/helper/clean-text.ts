/** Texts that a disk or a machine says of itself: anybody can have written them, and they are shown on pages, screens and in logs. */

/** Without control and direction characters, trimmed, cut to a length in UTF-16 units; null when nothing is left. */
export function cleanText(text: string | null | undefined, maxCharacters: number): string | null {
  const visible = (text ?? '')
    .replace(/[\p{C}\p{Zl}\p{Zp}\ufffd]/gu, '')
    .normalize('NFC')
    .trim()
  // A cut may leave half a character, or a blank at the end.
  const cut = visible
    .slice(0, maxCharacters)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd()
  return cut === '' ? null : cut
}
