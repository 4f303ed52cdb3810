/**
 * Opens what a person wants to look at in a browser: a file of the folder or of its archive, if it is a picture or a text. Nothing
 * but reading, through the disk that leaves no folder and follows no link (I8), and never more in memory than a text's beginning.
 */

import { pictureHeadBytes, pictureTypeOf, textPart } from '../core/content-kind.ts'
import { SyncError } from '../core/errors.ts'
import { nameOf, type RelPath, textToPath } from '../core/path.ts'
import { errorOf } from '../core/problem.ts'
import type { OpenContent } from '../ports.ts'
import type { FolderContext } from './folder-context.ts'

/** Photographs of the largest cameras are smaller, and a browser on a phone holds it. */
const maxPictureBytes = 20 * 1024 ** 2
/** More than a person reads to tell two versions apart. */
const maxTextBytes = 256 * 1024
/** Read and sent at a time. */
const pieceBytes = 64 * 1024

export type ContentPlace = { readonly path: string } | { readonly archived: string }

export interface ShownContent extends AsyncDisposable {
  readonly name: string
  /** What it is; nothing else may be made of it. */
  readonly type: string
  readonly sizeBytes: number
  /** Where only its beginning is shown: how much there is. */
  readonly cutFromBytes: number | undefined
  /** All of it, once. */
  pieces(): AsyncIterable<Buffer>
}

/** Throws `not-found`, and `not-showable` for what is no picture and no text. The caller disposes what it gets. */
export async function showContent(context: FolderContext, place: ContentPlace): Promise<ShownContent> {
  await using opening = new AsyncDisposableStack()
  const { path, content } =
    'path' in place
      ? await openFile(context, place.path)
      : await context.disk.openArchiveEntry(place.archived)
  opening.use(content)
  const shown = await toShown(path, content)
  const kept = opening.move()
  return { ...shown, name: nameOf(path), [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

async function openFile(
  { store, disk, rootPath }: FolderContext,
  asked: string,
): Promise<{ path: RelPath; content: OpenContent }> {
  const unknown = new SyncError('not-found', { what: `${asked} in ${rootPath}` })
  const path = textToPath(asked.normalize('NFC'))
  const here = path && store.state(path)?.here
  if (path === undefined || here === undefined) throw unknown
  const look = await disk.look(path, here.diskPath)
  if (look.state === 'absent') throw unknown
  if (look.state === 'unreadable') throw errorOf(look.problem)
  const { stat } = look.found
  if (stat.kind !== 'file') throw notShowable(path, 'it is not a file')
  return { path, content: await disk.open(path, here.diskPath, stat) }
}

async function toShown(
  path: RelPath,
  content: OpenContent,
): Promise<Omit<ShownContent, 'name' | typeof Symbol.asyncDispose>> {
  const { sizeBytes } = content
  const type = pictureTypeOf(await content.read(0, pictureHeadBytes))
  if (type !== undefined) {
    if (sizeBytes > maxPictureBytes) throw notShowable(path, 'the picture is too large')
    return { type, sizeBytes, cutFromBytes: undefined, pieces: () => readPieces(content) }
  }
  const isCut = sizeBytes > maxTextBytes
  const text = textPart(await content.read(0, maxTextBytes), isCut)
  if (text === undefined) throw notShowable(path, 'it is no text and no picture')
  return {
    ...{ type: 'text/plain; charset=utf-8', sizeBytes: text.length },
    cutFromBytes: isCut ? sizeBytes : undefined,
    async *pieces() {
      yield text
    },
  }
}

async function* readPieces(content: OpenContent): AsyncGenerator<Buffer> {
  for (let offset = 0; offset < content.sizeBytes; offset += pieceBytes)
    yield await content.read(offset, pieceBytes)
}

function notShowable(path: RelPath, reason: string): SyncError {
  return new SyncError('not-showable', { path, reason })
}
