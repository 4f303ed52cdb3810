import { afterEach, describe, expect, test } from 'vitest'
import { blocksToRuns } from '../core/block-set.ts'
import { contentRootOf, singleBlockRoot } from '../core/blocks.ts'
import { idToBytes, sha256 } from '../core/ids.ts'
import { attachHostile, certify, forge, type HostilePeer } from '../testing/hostile-peer.ts'
import { faultsOf } from '../testing/hostile-scene.ts'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import {
  connectDevices,
  type MemoryDevice,
  type MemoryDeviceOptions,
  makeLinks,
  openMemoryDevice,
  pass,
} from '../testing/memory-device.ts'
import type { Gate } from '../testing/memory-files.ts'
import { noise } from '../testing/search-run.ts'
import { maxBlockPartBytes } from '../wire/messages.ts'

const blockBytes = 131_072
const devices: MemoryDevice[] = []
afterEach(async () => {
  for (const device of devices.splice(0)) {
    expect(faultsOf(device)).toBe('')
    await device[Symbol.asyncDispose]()
  }
})

async function open(options: MemoryDeviceOptions): Promise<MemoryDevice> {
  const device = await openMemoryDevice(options)
  devices.push(device)
  return device
}

/** Time in small steps, so that a limited line is used all the time. */
async function run(clock: ManualClock, seconds: number): Promise<void> {
  for (let step = 0; step < seconds * 4; step++) await pass(clock, 250, 1)
}

function has({ own }: MemoryDevice, path: string): boolean {
  return own.person.stat(path) !== undefined
}

describe('P14 devices', () => {
  const content = noise(16 * blockBytes, 'podcast')

  test('pass on what they have of a file before they have all of it', async () => {
    const clock = createManualClock(Date.UTC(2026, 0, 1))
    const alice = await open({ clock, name: 'alice', settings: { uploadLimit: 100_000 } })
    const bob = await open({ clock, name: 'bob', role: 'read-only' })
    const carol = await open({ clock, name: 'carol', role: 'read-only' })
    alice.own.person.writeFile('podcast', content)
    await pass(clock)
    connectDevices(alice, bob)
    const [toCarol] = connectDevices(bob, carol)
    await run(clock, 12)
    expect(has(bob, 'podcast')).toBe(false)
    expect(toCarol.traffic.sentBytes).toBeGreaterThan(4 * blockBytes)
    await run(clock, 14)
    for (const { own } of [bob, carol]) expect(own.person.readFile('podcast').equals(content)).toBe(true)
  })

  test('that are heard late miss nothing of what the other said before', async () => {
    const clock = createManualClock(Date.UTC(2026, 0, 1))
    const alice = await open({ clock, name: 'alice' })
    const bob = await open({ clock, name: 'bob', role: 'read-only' })
    alice.own.person.writeFile('podcast', content)
    await pass(clock)
    const { ends } = makeLinks(alice.id, bob.id)
    alice.folder.attach(ends[0])
    await pass(clock)
    bob.folder.attach(ends[1])
    await pass(clock)
    expect(bob.own.person.readFile('podcast').equals(content)).toBe(true)
  })

  test('ask for each small file once, though several have it', async () => {
    const clock = createManualClock(Date.UTC(2026, 0, 1))
    const sources = [await open({ clock, name: 'alice' }), await open({ clock, name: 'bob' })]
    const reader = await open({ clock, name: 'carol', role: 'read-only' })
    connectDevices(sources[0]!, sources[1]!)
    const files = Array.from({ length: 200 }, (_, at) => noise(20_000, `file ${at}`))
    for (const [at, data] of files.entries()) sources[0]!.own.person.writeFile(`file ${at}`, data)
    await pass(clock)
    const links = sources.map((source) => connectDevices(source, reader)[0])
    await pass(clock)
    for (const [at, data] of files.entries())
      expect(reader.own.person.readFile(`file ${at}`).equals(data)).toBe(true)
    const sentBytes = links.map(({ traffic }) => traffic.sentBytes)
    expect((sentBytes[0]! + sentBytes[1]!) / (200 * 20_000)).toBeLessThan(1.15)
    for (const bytes of sentBytes) expect(bytes).toBeGreaterThan(50 * 20_000)
  })

  test('get from a slow source less than a copy each, and the rest from each other', async () => {
    const clock = createManualClock(Date.UTC(2026, 0, 1))
    const alice = await open({ clock, name: 'alice', settings: { uploadLimit: 100_000 } })
    alice.own.person.writeFile('podcast', content)
    await pass(clock)
    const readers: MemoryDevice[] = []
    const fromSource = []
    for (const name of ['bob', 'carol', 'dave']) {
      const reader = await open({ clock, name, role: 'read-only' })
      for (const other of readers) connectDevices(other, reader)
      fromSource.push(connectDevices(alice, reader)[0])
      readers.push(reader)
    }
    await run(clock, 60)
    for (const { own } of readers) expect(own.person.readFile('podcast').equals(content)).toBe(true)
    const sentBytes = fromSource.reduce((sum, { traffic }) => sum + traffic.sentBytes, 0)
    expect(sentBytes / content.length).toBeLessThan(2)
  })

  test('finish with each other what the source left unfinished, once it comes back', async () => {
    const clock = createManualClock(Date.UTC(2026, 0, 1))
    const alice = await open({ clock, name: 'alice', settings: { uploadLimit: 100_000 } })
    alice.own.person.writeFile('podcast', content)
    await pass(clock)
    const bob = await open({ clock, name: 'bob', role: 'read-only' })
    const carol = await open({ clock, name: 'carol', role: 'read-only' })
    connectDevices(bob, carol)
    const [first] = connectDevices(alice, bob)
    await run(clock, 10)
    first.close('closing')
    await run(clock, 300)
    expect([has(bob, 'podcast'), has(carol, 'podcast')]).toEqual([false, false])
    // Of what both have by now nothing is asked for again.
    const [second] = connectDevices(alice, carol)
    await run(clock, 40)
    for (const { own } of [bob, carol]) expect(own.person.readFile('podcast').equals(content)).toBe(true)
    expect((first.traffic.sentBytes + second.traffic.sentBytes) / content.length).toBeLessThan(1.1)
  })
})

describe('P14 peers that tell what they have of a content', () => {
  const content = noise(8 * blockBytes, 'content')
  const hashes = Buffer.concat(
    Array.from({ length: 8 }, (_, block) =>
      sha256(content.subarray(block * blockBytes, (block + 1) * blockBytes)),
    ),
  )
  const root = contentRootOf(hashes)

  /** A peer that tells of a file and of some of its blocks, and answers each request as told. */
  async function peerWith(
    victim: MemoryDevice,
    clock: ManualClock,
    name: string,
    blocks: readonly number[],
    answer: (peer: HostilePeer, request: number, offsetBytes: number) => void = sendBlock,
    hasList = true,
  ): Promise<HostilePeer> {
    const peer = attachHostile(victim, 'full', name)
    peer.answer((question) => {
      const { request } = question
      if (question.kind === 'block-list-request')
        peer.send(
          hasList
            ? { kind: 'block-list', request, first: 0, count: 8, hashes }
            : { kind: 'missing', request, unreadable: false },
        )
      else if (question.kind === 'request') answer(peer, request, question.offsetBytes)
    })
    peer.hello({ features: ['progress'] })
    const body = { root: idToBytes(root), sizeBytes: BigInt(content.length), blockSizeBytes: blockBytes }
    peer.tell(forge(peer.author, { path: 'file', body }), {
      statements: [certify(peer.author)],
      have: false,
    })
    peer.send({ kind: 'progress', root, blockCount: 8, whole: true, runs: blocksToRuns(blocks) })
    await pass(clock, 500, 2)
    return peer
  }

  function sendBlock(peer: HostilePeer, request: number, offsetBytes: number): void {
    sendParts(peer, request, content.subarray(offsetBytes, offsetBytes + blockBytes))
  }

  function sendParts(peer: HostilePeer, request: number, data: Buffer): void {
    for (let at = 0; at < data.length; at += maxBlockPartBytes)
      peer.send({ kind: 'block', request, offsetBytes: at, data: data.subarray(at, at + maxBlockPartBytes) })
  }

  function askedFor(peer: HostilePeer): number[] {
    return peer
      .of('request')
      .map(({ offsetBytes }) => offsetBytes / blockBytes)
      .sort()
  }

  async function openVictim() {
    const clock = createManualClock(Date.UTC(2026, 0, 1))
    return { clock, victim: await open({ clock, name: 'victim', role: 'read-only' }) }
  }

  function isWhole({ own }: MemoryDevice): boolean {
    return has({ own } as MemoryDevice, 'file') && own.person.readFile('file').equals(content)
  }

  test('are asked for these only, and together make the whole', async () => {
    const { clock, victim } = await openVictim()
    const even = await peerWith(victim, clock, 'even', [0, 2, 4, 6])
    await pass(clock)
    expect(isWhole(victim)).toBe(false)
    const odd = await peerWith(victim, clock, 'odd', [1, 3, 5, 7])
    await pass(clock)
    expect(isWhole(victim)).toBe(true)
    // The second teller's own version changes the plan, and what was on its way just then is asked for once more.
    expect([new Set(askedFor(even)), new Set(askedFor(odd))]).toEqual([
      new Set([0, 2, 4, 6]),
      new Set([1, 3, 5, 7]),
    ])
  })

  test('and more and more of them are asked for them as they tell', async () => {
    const { clock, victim } = await openVictim()
    const peer = await peerWith(victim, clock, 'slow', [])
    for (let block = 0; block < 8; block++) {
      peer.send({ kind: 'progress', root, blockCount: 8, whole: false, runs: [block, 1] })
      await pass(clock, 100_000, 40)
    }
    expect(isWhole(victim)).toBe(true)
    expect(askedFor(peer)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })

  test('and lack it are asked once a telling', async () => {
    const { clock, victim } = await openVictim()
    const liar = await peerWith(victim, clock, 'liar', [0, 1, 2, 3, 4, 5, 6, 7], (peer, request) =>
      peer.send({ kind: 'missing', request, unreadable: false }),
    )
    await pass(clock, 300_000, 60)
    expect(askedFor(liar)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    await peerWith(victim, clock, 'honest', [0, 1, 2, 3, 4, 5, 6, 7])
    await pass(clock)
    expect(isWhole(victim)).toBe(true)
  })

  test('and send something else are dropped, and the rest comes from others', async () => {
    const { clock, victim } = await openVictim()
    const liar = await peerWith(victim, clock, 'liar', [0, 1, 2, 3], (peer, request) =>
      sendParts(peer, request, Buffer.alloc(blockBytes)),
    )
    await pass(clock)
    expect(liar.ended?.code).toBe('peer-wrong-block')
    await peerWith(victim, clock, 'honest', [0, 1, 2, 3, 4, 5, 6, 7])
    await pass(clock)
    expect(isWhole(victim)).toBe(true)
  })

  test('and send something else are not asked for a while, when they come again', async () => {
    const { clock, victim } = await openVictim()
    const all = [0, 1, 2, 3, 4, 5, 6, 7]
    const wrong = (peer: HostilePeer, request: number) => sendParts(peer, request, Buffer.alloc(blockBytes))
    const first = await peerWith(victim, clock, 'liar', all, wrong)
    expect(first.ended?.code).toBe('peer-wrong-block')
    const second = await peerWith(victim, clock, 'liar', all, wrong)
    await pass(clock, 20_000, 10)
    expect(askedFor(second)).toEqual([])
    await pass(clock, 30_000, 15)
    expect(second.ended?.code).toBe('peer-wrong-block')
    // Each further time for longer.
    const third = await peerWith(victim, clock, 'liar', all)
    await pass(clock, 30_000, 15)
    expect(askedFor(third)).toEqual([])
    await pass(clock, 60_000, 30)
    expect(isWhole(victim)).toBe(true)
  })

  test('and do not send it hold nobody back at the end', async () => {
    const { clock, victim } = await openVictim()
    const mute = await peerWith(victim, clock, 'mute', [0, 1, 2, 3], () => undefined)
    await peerWith(victim, clock, 'honest', [0, 1, 2, 3, 4, 5, 6, 7])
    await pass(clock)
    expect(isWhole(victim)).toBe(true)
    expect(mute.of('cancel').length).toBe(mute.of('request').length)
  })

  test('of another length than it has are not asked', async () => {
    const { clock, victim } = await openVictim()
    const peer = await peerWith(victim, clock, 'wrong', [])
    peer.send({ kind: 'progress', root, blockCount: 9, whole: true, runs: [0, 9] })
    await pass(clock, 120_000, 24)
    expect(askedFor(peer)).toEqual([])
  })

  test('and could not read a block for a moment are asked for it again after a while', async () => {
    const { clock, victim } = await openVictim()
    let refused = 0
    await peerWith(victim, clock, 'ill', [0, 1, 2, 3, 4, 5, 6, 7], (peer, request, offsetBytes) => {
      if (offsetBytes === 0 && refused++ === 0) peer.send({ kind: 'missing', request, unreadable: true })
      else sendBlock(peer, request, offsetBytes)
    })
    await pass(clock, 60_000, 24)
    expect(isWhole(victim)).toBe(true)
    expect(refused).toBe(2)
  })

  test('and have no block list are not asked over and over', async () => {
    const { clock, victim } = await openVictim()
    const liar = await peerWith(victim, clock, 'liar', [0, 1], () => undefined, false)
    await pass(clock, 100_000, 100)
    expect(liar.of('block-list-request').length).toBeLessThan(5)
  })

  test('and promise a block over and over do not make the stage be read over and over', async () => {
    const clock = createManualClock(Date.UTC(2026, 0, 1))
    let reads = 0
    const gate: Gate = async (operation, path) => {
      if (operation === 'read' && path.startsWith('.sync/stage/')) reads++
    }
    const victim = await open({ clock, name: 'victim', role: 'read-only', gate })
    const partial = await peerWith(victim, clock, 'partial', [0, 1, 2, 3])
    await pass(clock, 5_000, 10)
    partial.link.close('closing')
    await pass(clock, 5_000, 10)
    const before = reads
    const promise = { kind: 'progress', root, blockCount: 8, whole: true, runs: [7, 1] } as const
    const liar = await peerWith(victim, clock, 'liar', [7], (peer, request) => {
      peer.send({ kind: 'missing', request, unreadable: false })
      clock.after(50, () => peer.send(promise))
    })
    for (let second = 0; second < 60; second++) {
      liar.send(promise)
      await pass(clock, 1_000, 20)
    }
    expect(reads - before).toBeLessThan(8 * 5)
  })

  test('and send the same block as a trickle do not hold back what a third has', async () => {
    const { clock, victim } = await openVictim()
    const trickling = new Map<HostilePeer, number>()
    for (const name of ['first', 'second'])
      await peerWith(victim, clock, name, [0], (peer, request) => void trickling.set(peer, request))
    await peerWith(
      victim,
      clock,
      'honest',
      [0, 1, 2, 3, 4, 5, 6, 7],
      (peer, request, offset) => void clock.after(100, () => sendBlock(peer, request, offset)),
    )
    for (let part = 0; part < 3 && !isWhole(victim); part++) {
      for (const [peer, request] of trickling)
        peer.send({ kind: 'block', request, offsetBytes: part * 32_768, data: Buffer.alloc(32_768) })
      await pass(clock, 10_000, 20)
    }
    expect(isWhole(victim)).toBe(true)
  })

  test('and flood it with what they tell cost little each time', async () => {
    const { clock, victim } = await openVictim()
    const peer = await peerWith(victim, clock, 'flood', [])
    const before = process.cpuUsage()
    for (let times = 0; times < 1000; times++)
      peer.send({ kind: 'progress', root, blockCount: 2 ** 20, whole: true, runs: [0, 2 ** 20] })
    for (let turn = 0; turn < 1200; turn++) await new Promise((resolve) => setImmediate(resolve))
    // It was 37 seconds of a processor: no measure, but far from both.
    expect(process.cpuUsage(before).user).toBeLessThan(10_000_000)
    expect(peer.ended).toBeUndefined()
  })
})

test('I3 one peer that sends a trickle does not keep everything else from being asked of others', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const victim = await open({ clock, name: 'victim', role: 'read-only' })
  // 20 GiB: blocks of 16 MiB, of which two are asked of any peer.
  const [largeBytes, count] = [16 * 1024 ** 2, 1280]
  const hashes = Buffer.concat(Array.from({ length: count }, (_, at) => sha256(`block ${at}`)))
  const root = contentRootOf(hashes)
  const small = singleBlockRoot(Buffer.from('small'))
  const author = attachHostile(victim, 'full', 'author')
  author.hello()
  const body = { root: idToBytes(root), sizeBytes: BigInt(count * largeBytes), blockSizeBytes: largeBytes }
  const records = forge(author.author, { path: 'large', body }, { path: 'small', text: 'small' })
  author.tell(records, { statements: [certify(author.author)], have: false })
  await pass(clock)
  author.link.close('closing')
  await pass(clock)

  const trickle = attachHostile(victim, 'read-only', 'trickle')
  const sentBytes = new Map<number, number>()
  trickle.answer(({ kind, request, root: asked }) => {
    if (kind === 'block-list-request') trickle.send({ kind: 'block-list', request, first: 0, count, hashes })
    else if (asked === root) sentBytes.set(request, 0)
    else trickle.send({ kind: 'missing', request, unreadable: false })
  })
  trickle.hello()
  trickle.send({ kind: 'have', roots: [root] })
  await pass(clock)
  expect(sentBytes.size).toBe(2)
  const honest = attachHostile(victim, 'read-only', 'honest')
  honest.answer(({ request, root: asked }) => {
    if (asked === small) honest.send({ kind: 'block', request, offsetBytes: 0, data: Buffer.from('small') })
    else honest.send({ kind: 'missing', request, unreadable: false })
  })
  honest.hello()
  honest.send({ kind: 'have', roots: [small] })
  for (let minute = 0; minute < 2; minute++) {
    const [[request, offsetBytes]] = [...sentBytes] as [[number, number]]
    trickle.send({ kind: 'block', request, offsetBytes, data: Buffer.alloc(32 * 1024) })
    sentBytes.set(request, offsetBytes + 32 * 1024)
    await pass(clock, 55_000, 11)
  }
  expect(trickle.ended).toBeUndefined()
  expect(has(victim, 'small')).toBe(true)
})

describe('I14 members that read and never answer', () => {
  /** Seconds until a new file of so many blocks has come from the one who does answer. */
  async function secondsWith(silent: number): Promise<readonly number[]> {
    const clock = createManualClock(Date.UTC(2026, 0, 1))
    const victim = await open({ clock, name: 'victim', role: 'read-only' })
    const honest = await open({ clock, name: 'honest' })
    for (let at = 0; at < silent; at += 1) attachHostile(victim, 'read-only', `silent ${at}`).hello()
    connectDevices(honest, victim)
    await pass(clock)
    const seconds: number[] = []
    for (const blocks of [1, 1, 8, 100, 200]) {
      const name = `file ${seconds.length}`
      honest.own.person.writeFile(name, noise(blocks * blockBytes, name))
      const startMs = clock.monotonicMs()
      while (!has(victim, name) && clock.monotonicMs() - startMs < 90_000) await run(clock, 0.5)
      seconds.push((clock.monotonicMs() - startMs) / 1000)
    }
    return seconds
  }

  test('hold up the first file by half a second each, and others by half a second in all', async () => {
    expect(await secondsWith(0)).toEqual([0.5, 0.5, 0.5, 0.5, 0.5])
    const [first, ...others] = await secondsWith(40)
    expect(first).toBeLessThanOrEqual(21)
    expect(Math.max(...others)).toBeLessThanOrEqual(1)
  })
})
