/** Where a long path may be cut: before its end, which stays whole. Pure. */

/** Fits the narrowest phone. */
const maxEndCharacters = 18

/** What may be shortened, and what may not; together the path. */
export function cutPath(path: string): readonly [begin: string, end: string] {
  const characters = [...path]
  const nameAt = path.lastIndexOf('/') + 1
  const nameLength = [...path.slice(nameAt)].length
  const kept = nameLength > 0 && nameLength <= maxEndCharacters ? nameLength : maxEndCharacters
  if (characters.length <= kept) return ['', path]
  return [characters.slice(0, -kept).join(''), characters.slice(-kept).join('')]
}
