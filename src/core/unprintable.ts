/**
 * Things that must not be seen: whatever prints them (a log, a template, JSON, a debugger's console) shows `[secret]`.
 * Bytes are reached only by asking for them by name, `reveal()`. This guards against accidents, not against code.
 */

const shown = '[secret]'
const show = (): string => shown

const printing = {
  toString: { value: show },
  toJSON: { value: show },
  [Symbol.toPrimitive]: { value: show },
  // Node's console and `util.inspect` ask for this name.
  [Symbol.for('nodejs.util.inspect.custom')]: { value: show },
}

/** Makes an object print as `[secret]` and freezes it. */
export function hide<T extends object>(object: T): T {
  return Object.freeze(Object.defineProperties(object, printing))
}

/** Secret bytes. */
export interface HiddenBytes {
  reveal(): Buffer
}

export function hideBytes(bytes: Uint8Array): HiddenBytes {
  const kept = Buffer.from(bytes)
  return hide({ reveal: () => kept })
}
