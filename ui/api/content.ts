/** What a file holds, as far as a browser shows it: a picture by its address, or the beginning of a text. */
import { api, folderAddress, queryText } from './request.ts'

/** A file of the folder, or an entry of its archive. */
export type ContentPlace = { readonly path: string } | { readonly archived: string }

export type Content =
  | { readonly kind: 'picture'; readonly address: string }
  /** `cutFromBytes`: how much there is where this is only the beginning. */
  | { readonly kind: 'text'; readonly text: string; readonly cutFromBytes: number | undefined }

/** Undefined for everything else. */
export async function loadContent(
  folder: string,
  place: ContentPlace,
  signal?: AbortSignal,
): Promise<Content | undefined> {
  const path = folderAddress(folder, '/content')
  const answer = await api.open(path, { ...place, ifShowable: 'true' }, signal)
  if (answer.status === 204) return undefined
  if (answer.headers.get('content-type')?.startsWith('image/')) {
    // The picture itself is the browser's business, which draws it as it comes.
    await answer.body?.cancel()
    return { kind: 'picture', address: path + queryText(place) }
  }
  const cutFrom = answer.headers.get('x-cut-from-bytes')
  return {
    kind: 'text',
    text: await answer.text(),
    cutFromBytes: cutFrom === null ? undefined : Number(cutFrom),
  }
}
