/**
 * Speaks for the folder as it was before its secret was changed, on links made with the former secret: whoever comes with it is told of the
 * change, and nothing else (P16).
 */
import { SyncError } from '../core/errors.ts'
import type { FolderKeys } from '../core/secret.ts'
import type { Link } from '../ports.ts'
import type { FolderContext } from './folder-context.ts'
import { checkHello, type Hello, helloOf } from './hello.ts'

/** Who has not gone by then to where it was sent does not understand. */
const patienceMs = 30_000

export function usher(context: FolderContext, former: FolderKeys, link: Link): void {
  const { store, clock } = context
  const rotation = store.rotationsFrom(former.folderId)
  // A database made anew does not know how it came about.
  if (rotation.length === 0) return link.close('folder-moved')
  let hello: Hello | undefined
  let isTold = false
  const timer = clock.after(patienceMs, () => link.close('folder-moved'))
  void link.closed.then(() => timer[Symbol.dispose]())
  link.send(helloOf(context, former, link, ['moved'], former.certificate))
  link.listen((message) => {
    if (message.kind === 'hello') {
      checkHello(former, link, message)
      hello = message
      // Both know already. Each is met again under the new secret.
      if (message.features.includes('moved')) link.close('folder-moved')
    } else if (hello === undefined && message.kind !== 'close' && message.kind !== 'ping') {
      throw new SyncError('peer-garbage', { reason: `${message.kind} before hello` })
    } else if (message.kind === 'cursor' && !isTold) {
      isTold = true
      for (const [part, signed] of rotation.entries()) {
        link.send({
          ...{ kind: 'index', statements: [signed], entries: [], complete: part === rotation.length - 1 },
          // What it has read of this index stays true under the new secret.
          ...{ indexId: message.indexId ?? store.indexId(), lastSequence: message.sequence },
        })
      }
    }
  })
}
