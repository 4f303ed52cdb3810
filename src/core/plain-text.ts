/** Texts that other people wrote, made harmless for a terminal or a log: whatever could steer it or turn the reading direction is made visible. Pure. */

/** Of a text for people. */
export function plainText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
    // Joins emoji and letters of several scripts, and does nothing else.
    if (character === '\u200d' || character === '\u200c') return character
    return `\\u{${character.codePointAt(0)!.toString(16)}}`
  })
}

/** Of JSON, which stays the same to whoever parses it: it may hold most of these characters as they are. */
export function plainJson(json: string): string {
  return json.replace(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    // UTF-16 units, as JSON escapes them.
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}
