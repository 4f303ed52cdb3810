import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { type ContentRoot, toId } from '../core/ids.ts'
import type { Message } from '../wire/messages.ts'
import { describeLinkContract } from './link-contract.ts'
import { createLinkPair, type LinkPair } from './link-pair.ts'
import { plainCodec } from './plain-codec.ts'

function pair(deliver: (sizeBytes: number, run: () => void) => void): LinkPair {
  return createLinkPair({
    folderId: toId('FolderId', randomBytes(32)),
    devices: [toId('DeviceId', randomBytes(32)), toId('DeviceId', randomBytes(32))],
    handshakeHash: randomBytes(32),
    codec: plainCodec,
    deliver,
  })
}

describeLinkContract('the pair in memory', async () => {
  const made = pair((_sizeBytes, run) => void setImmediate(run))
  return { a: made.ends[0], b: made.ends[1], [Symbol.asyncDispose]: async () => made.cut() }
})

const have = (text: string): Message => ({ kind: 'have', roots: [text as ContentRoot] })

test('a pair stays in order whatever order the scheduler runs things in', async () => {
  const runs: (() => void)[] = []
  const made = pair((_sizeBytes, run) => void runs.push(run))
  const seen: unknown[] = []
  made.ends[1].listen((message) => void seen.push(message.kind === 'have' && message.roots[0]))
  for (const text of ['1', '2', '3']) made.ends[0].send(have(text))
  for (const run of runs.reverse()) run()
  await Promise.resolve()
  expect(seen).toEqual(['1', '2', '3'])
})

test('a cut loses what is under way, and both ends hear of it', async () => {
  const runs: (() => void)[] = []
  const made = pair((_sizeBytes, run) => void runs.push(run))
  made.ends[1].listen(() => expect.fail('delivered'))
  made.ends[0].send(have('lost'))
  made.cut()
  for (const run of runs) run()
  expect((await Promise.all(made.ends.map((end) => end.closed))).map(({ code }) => code)).toEqual([
    'unreachable',
    'unreachable',
  ])
})
