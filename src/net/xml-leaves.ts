/**
 * What an XML document of a device on the network says in elements without children, which is all that is asked of one. Reads as much as
 * it can of what is broken, as many routers' documents are. Never throws, and defines no entities, so that a small text stays small.
 */
import sax from 'sax'

/** Deeper is nothing that a router has to say; there reading ends, because tags that close none cost as much as are open. */
const maxDepth = 32
/** The description of a large router has a few hundred. */
const maxLeaves = 2_000

/**
 * The parser looks at a declaration anew with each of its characters, so that one of 64 KiB takes it many seconds. No router has a long one; reading
 * ends there. Comments, and text that is marked as such, cost no more than any other.
 */
const longDeclaration = /<\s*!(?!--|\[CDATA\[)[^>]{200}/i

export interface Leaf {
  /** Tells its parent element from all others of the document. */
  readonly parent: number
  /** In lower case, without the prefix of its namespace. */
  readonly name: string
  readonly text: string
}

export function readLeaves(xml: string): readonly Leaf[] {
  const leaves: Leaf[] = []
  const open: { readonly id: number; hasChildren: boolean; text: string }[] = []
  let elements = 0
  const parser = sax.parser(false, { lowercase: true, trim: true, noscript: true })
  // Without this it would refuse to go on.
  parser.onerror = () => void parser.resume()
  parser.onopentag = () => {
    if (open.length >= maxDepth || leaves.length >= maxLeaves) throw new Error('too much to read')
    const parent = open.at(-1)
    if (parent !== undefined) parent.hasChildren = true
    elements += 1
    open.push({ id: elements, hasChildren: false, text: '' })
  }
  parser.ontext = (text) => {
    const element = open.at(-1)
    if (element !== undefined) element.text += text
  }
  parser.onclosetag = (name) => {
    const { hasChildren, text } = open.pop()!
    if (hasChildren) return
    leaves.push({ parent: open.at(-1)?.id ?? 0, name: name.replace(/^.*:/, ''), text })
  }
  try {
    const end = xml.search(longDeclaration)
    parser.write(end < 0 ? xml : xml.slice(0, end)).close()
  } catch {
    // What was read up to here counts.
  }
  return leaves
}
