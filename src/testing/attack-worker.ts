/** A process of its own that attacks a device until it is killed: `attack-worker.ts NAME HOST:PORT FULL-SECRET`. Tells its parent how much it did. */
import { blockHashOf, blockSizeFor, contentRootOf } from '../core/blocks.ts'
import { folderKeys, parseSecret, readSecretOf } from '../core/secret.ts'
import { parseHostPort } from '../net/address.ts'
import { attacks } from './attacks.ts'

const [, , name, listen, secretText] = process.argv

const attack = attacks.find((each) => each.name === name)
const secret = parseSecret(secretText ?? '')
if (attack === undefined || secret.kind !== 'full' || listen === undefined)
  throw new Error('usage: attack-worker.ts NAME HOST:PORT FULL-SECRET')

let hits = 0
setInterval(() => process.send?.(hits), 250)
const contents = Array.from({ length: 40 }, (_, at) => {
  const data = Buffer.alloc(256 * 1024, `content ${at} `)
  const half = blockSizeFor(data.length)
  const hashes = [data.subarray(0, half), data.subarray(half)].map(blockHashOf)
  return { root: contentRootOf(Buffer.concat(hashes)), sizeBytes: data.length }
})
await attack.run(
  {
    address: parseHostPort(listen),
    full: folderKeys(secret),
    readOnly: folderKeys(readSecretOf(secret)),
    contents,
  },
  new AbortController().signal,
  (count = 1) => {
    hits += count
  },
)
