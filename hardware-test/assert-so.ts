/** What a case expects, with a message that says what was found instead. */

export function assertSo(isSo: boolean, otherwise: string): asserts isSo {
  if (!isSo) throw new Error(otherwise)
}

export function assertNone(found: readonly string[], what: string): void {
  if (found.length > 0) throw new Error(`${what}:\n${found.slice(0, 20).join('\n')}`)
}
