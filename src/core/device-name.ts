/** What a device may call itself. The name travels in every record and appears in the names of conflict copies (E4). */

/** Long enough for any name a person gives a machine, short enough to stand in a file name. */
const maxDeviceNameCharacters = 64

/** Why a text cannot be a device's name, in words; undefined when it can. Counts UTF-16 units. */
export function deviceNameFault(text: string): string | undefined {
  if (text.length > maxDeviceNameCharacters) return `it is longer than ${maxDeviceNameCharacters} characters`
  if (!text.isWellFormed()) return 'it is not valid Unicode'
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)) return 'it contains a control character'
  return undefined
}
