/**
 * A swarm of one source and many subscribers as discrete events, with the real `core/pick`, `offers`, `pipeline` and `uploads`: lines, delays and the
 * coming and going of devices are simulated, deciding is not. Lines carry blocks only; what messages weigh is counted. A download line
 * delays what comes too fast for it, an upload line is shared evenly by what is being sent.
 */
import { addBlock, blocksToRuns, createBlockSet, membersOf } from '../core/block-set.ts'
import { blockCount as blockCountOf, blockSizeFor } from '../core/blocks.ts'
import { createOffers, type Offers } from '../core/offers.ts'
import { createPick } from '../core/pick.ts'
import { createPipeline, type Pipeline } from '../core/pipeline.ts'
import { createUploads } from '../core/uploads.ts'
import { createSeededChance } from './seeded-chance.ts'
import { createSwarmEvents } from './swarm-events.ts'
import type { SwarmPlan } from './swarm-plan.ts'
import { blockOverheadBytes, cancelBytes, haveBytes, progressBytes, requestBytes } from './swarm-sizes.ts'
import { createUplink } from './swarm-uplink.ts'

export interface SwarmMember {
  readonly upBytesPerSecond: number
  readonly downBytesPerSecond: number
  /** From publication to the last block, without the time it was away; undefined when it did not finish. */
  readonly doneMs: number | undefined
}

export interface SwarmOutcome {
  readonly members: readonly SwarmMember[]
  readonly lastMs: number
  readonly events: number
  /** Blocks, also those broken off. */
  readonly sourceBytes: number
  readonly blockBytes: number
  /** Of these: came twice, or were broken off. */
  readonly wastedBytes: number
  readonly overheadBytes: Readonly<Record<'request' | 'cancel' | 'have' | 'progress' | 'header', number>>
}

/** One device's end of a link. */
interface End {
  readonly number: number
  readonly owner: Device
  other: End
  readonly delayMs: number
  /** Asking: what is on its way to here. */
  pipeline: Pipeline | undefined
  pendingBytes: number
  /** Answering: blocks the other end asked for. */
  readonly questions: number[]
  isOpen: boolean
  /** The other end said that it has all. */
  isComplete: boolean
}

type Device = ReturnType<typeof createDevice>

function createDevice(number: number, upBytesPerSecond: number, plan: SwarmPlan, blockCount: number) {
  const { order, endGameBlocks, endGameCopies, seed, uploadSlots } = plan
  return {
    number,
    upBytesPerSecond,
    downBytesPerSecond: upBytesPerSecond * plan.downFactor,
    pick: createPick<End>({
      blockCount,
      seed: seed * 1_000_003 + number,
      order,
      endGameCopies,
      endGameBlocks,
    }),
    has: createBlockSet(blockCount),
    uploads: createUploads<End>(uploadSlots),
    uplink: createUplink<{ readonly end: End; readonly block: number }>(upBytesPerSecond),
    /** Distinguishes the newest time its upload line was asked for its next end from older ones. */
    uplinkAsked: 0,
    ends: new Set<End>(),
    offers: undefined as Offers<End> | undefined,
    news: [] as number[],
    isTelling: false,
    isOnline: false,
    /** How often it came. */
    session: 0,
    awayMs: 0,
    leftMs: 0,
    downFreeMs: 0,
    pendingBytes: 0,
    doneMs: undefined as number | undefined,
  }
}

const join = 0
const leave = 1
const ask = 2
const cancel = 3
const sent = 4
const arrive = 5
const tell = 6
const tick = 7

/** As in the engine: what one device asks for and has not yet. */
const maxPendingBytes = 32 * 1024 ** 2
/** Devices tried when dialling; most have room. */
const dialTries = 64
/** How often the source looks for peers that nobody feeds. */
const tickMs = 1000

export function runSwarm(plan: SwarmPlan): SwarmOutcome {
  const chance = createSeededChance(plan.seed)
  const blockBytes = blockSizeFor(plan.fileBytes)
  const blockCount = blockCountOf(plan.fileBytes, blockBytes)
  const events = createSwarmEvents()
  /** Open ones. */
  const ends = new Map<number, End>()
  let nextEnd = 0
  const overheadBytes = { request: 0, cancel: 0, have: 0, progress: 0, header: 0 }
  const requestSizes = Array.from({ length: blockCount }, (_, block) => requestBytes(block, blockBytes))
  const headerBytes = blockOverheadBytes(blockBytes)
  let nowMs = 0
  let eventCount = 0
  let sourceBytes = 0
  let allBytes = 0
  let wastedBytes = 0
  let unfinished = plan.members

  const source = createDevice(0, plan.sourceUpBytesPerSecond, plan, blockCount)
  for (let block = 0; block < blockCount; block++) {
    addBlock(source.has, block)
    source.pick.noteCome(block)
  }
  if (plan.source !== 'plain')
    source.offers = createOffers<End>({
      blockCount,
      seed: plan.seed,
      window: plan.offerWindow,
      ...(plan.source === 'scarce-first' ? { patienceMs: 0 } : {}),
    })
  const [slowest, fastest] = plan.upBytesPerSecond
  const devices = [source]
  for (let number = 1; number <= plan.members; number++)
    devices.push(createDevice(number, slowest + chance.fraction() * (fastest - slowest), plan, blockCount))

  function drawExponential(meanMs: number): number {
    return -Math.log(1 - chance.fraction()) * meanMs
  }

  // ---- links

  function dial(device: Device): void {
    const least = device === source ? plan.links[1] : plan.links[0]
    for (let tries = 0; device.ends.size < least && tries < dialTries; tries++) {
      const other = devices[chance.below(devices.length)]!
      if (other === device || !other.isOnline || other.ends.size >= plan.links[1]) continue
      if ([...device.ends].some((end) => end.other.owner === other)) continue
      connect(device, other)
    }
  }

  function connect(a: Device, b: Device): void {
    const delayMs = plan.delayMs[0] + chance.fraction() * (plan.delayMs[1] - plan.delayMs[0])
    const endOf = (owner: Device, other: End | undefined): End => {
      const end: End = {
        number: nextEnd++,
        owner,
        other: other as End,
        delayMs,
        pipeline: undefined,
        pendingBytes: 0,
        questions: [],
        isOpen: true,
        isComplete: false,
      }
      ends.set(end.number, end)
      owner.ends.add(end)
      return end
    }
    const first = endOf(a, undefined)
    first.other = endOf(b, first)
    for (const end of [first, first.other]) introduce(end)
    for (const end of [first, first.other]) fill(end)
  }

  /** Tells a new peer what is here. */
  function introduce(end: End): void {
    const { owner, other } = end
    if (owner.offers !== undefined) {
      owner.offers.add(end, nowMs)
      offer(end)
    } else if (owner.has.size === blockCount) tellAll(end)
    else if (owner.has.size > 0) {
      const blocks = [...membersOf(owner.has)]
      overheadBytes.progress += progressBytes(blocksToRuns(blocks), blockCount, true)
      hear(other, blocks)
    }
  }

  function disconnect(end: End): void {
    for (const each of [end, end.other]) {
      const { owner } = each
      each.isOpen = false
      ends.delete(each.number)
      owner.ends.delete(each)
      owner.offers?.remove(each)
      owner.pendingBytes -= each.pendingBytes
      each.pendingBytes = 0
      each.questions.length = 0
      stopUploads(owner, (upload) => upload.end === each)
      owner.uploads.remove(each)
      owner.pick.forget(each)
      serve(owner)
      askUplink(owner)
    }
  }

  // ---- telling

  function tellAll(end: End): void {
    overheadBytes.have += haveBytes
    end.other.isComplete = true
    end.other.owner.pick.noteAll(end.other)
  }

  /** `end` hears that the other side has these blocks. */
  function hear(end: End, blocks: readonly number[]): void {
    end.owner.pick.noteHaving(end, blocks)
    end.owner.offers?.noteHaving(end, blocks, nowMs)
  }

  function offer(end: End): void {
    const blocks = end.owner.offers!.offer(end, nowMs)
    if (blocks.length === 0) return
    overheadBytes.progress += progressBytes(
      blocksToRuns([...blocks].sort((a, b) => a - b)),
      blockCount,
      false,
    )
    hear(end.other, blocks)
    fill(end.other)
  }

  function tellNews(device: Device): void {
    device.isTelling = false
    const { news } = device
    if (!device.isOnline || news.length === 0) return
    const isDone = device.has.size === blockCount
    const bytes = isDone ? 0 : progressBytes(blocksToRuns([...news].sort((a, b) => a - b)), blockCount, false)
    for (const end of device.ends) {
      // Who has all needs no news, except the source, which wants to see what is scarce and never said that it has all.
      if (end.isComplete) continue
      if (isDone) tellAll(end)
      else overheadBytes.progress += bytes
      const { other } = end
      hear(other, news)
      if (other.owner.offers !== undefined) offer(other)
      else fill(other)
    }
    device.news = []
  }

  // ---- asking

  function fill(end: End): void {
    const { owner } = end
    if (!end.isOpen || owner.pick.missingCount === 0) return
    while (
      owner.pendingBytes + blockBytes <= maxPendingBytes &&
      (end.pipeline?.mayAsk(blockBytes, end.pendingBytes) ?? true)
    ) {
      const block = owner.pick.next(end)
      if (block === undefined) return
      end.pipeline ??= createPipeline()
      end.pipeline.noteAsked(nowMs, end.pendingBytes)
      end.pendingBytes += blockBytes
      owner.pendingBytes += blockBytes
      overheadBytes.request += requestSizes[block]!
      events.add(nowMs + end.delayMs, ask, end.other.number, block)
    }
  }

  function fillAll(device: Device): void {
    for (const end of device.ends) fill(end)
  }

  /** `end` is undefined when its link is gone. */
  function takeBlock(end: End | undefined, block: number): void {
    if (end === undefined) return
    const { owner } = end
    if (!owner.pick.askedOf(end).has(block)) {
      wastedBytes += blockBytes
      return
    }
    settle(end)
    end.pipeline!.noteReceived(nowMs, blockBytes, end.pendingBytes)
    const others = owner.pick.noteCome(block, end)
    addBlock(owner.has, block)
    owner.news.push(block)
    for (const other of others) {
      settle(other)
      overheadBytes.cancel += cancelBytes
      events.add(nowMs + other.delayMs, cancel, other.other.number, block)
    }
    if (owner.has.size === blockCount) {
      owner.doneMs = nowMs - owner.awayMs
      unfinished--
      tellNews(owner)
      return
    }
    if (!owner.isTelling) {
      owner.isTelling = true
      events.add(nowMs + plan.progressMs, tell, owner.number, 0)
    }
    fill(end)
    if (owner.pick.missingCount <= plan.endGameBlocks) fillAll(owner)
  }

  function settle(end: End): void {
    end.pendingBytes -= blockBytes
    end.owner.pendingBytes -= blockBytes
  }

  // ---- answering

  function serve(device: Device): void {
    const holders = ({ questions }: End) => device.pick.holders(questions[0] ?? 0)
    for (let end = device.uploads.next(holders); end !== undefined; end = device.uploads.next(holders)) {
      const block = end.questions.shift()
      if (block === undefined) device.uploads.done(end, 0)
      else device.uplink.start({ end, block }, blockBytes, nowMs)
    }
  }

  function askUplink(device: Device): void {
    if (device.uplink.activeCount === 0) return
    device.uplinkAsked++
    events.add(device.uplink.nextEndMs(nowMs), sent, device.number, device.uplinkAsked)
  }

  function finishUploads(device: Device): void {
    for (let upload = device.uplink.takeEnded(nowMs); upload; upload = device.uplink.takeEnded(nowMs)) {
      const { end, block } = upload
      const receiver = end.other.owner
      countSent(device, blockBytes)
      device.offers?.noteSent(end, block, nowMs)
      overheadBytes.header += headerBytes
      receiver.downFreeMs = Math.max(
        receiver.downFreeMs + (blockBytes * 1000) / receiver.downBytesPerSecond,
        nowMs + end.delayMs,
      )
      events.add(receiver.downFreeMs, arrive, end.other.number, block)
      endUpload(device, end, blockBytes)
    }
    serve(device)
    askUplink(device)
  }

  function endUpload(device: Device, end: End, bytes: number): void {
    device.uploads.done(end, bytes)
    if (end.questions.length > 0) device.uploads.wait(end)
  }

  function stopUploads(
    device: Device,
    isMeant: (upload: { readonly end: End; readonly block: number }) => boolean,
  ): void {
    for (const { upload, sentBytes } of device.uplink.stop(isMeant, nowMs)) {
      countSent(device, sentBytes)
      wastedBytes += sentBytes
      endUpload(device, upload.end, sentBytes)
    }
  }

  function countSent(device: Device, bytes: number): void {
    allBytes += bytes
    if (device === source) sourceBytes += bytes
  }

  function leaveQuestion(end: End | undefined, block: number): void {
    if (end === undefined) return
    const at = end.questions.indexOf(block)
    if (at >= 0) {
      end.questions.splice(at, 1)
      return
    }
    stopUploads(end.owner, (upload) => upload.end === end && upload.block === block)
    serve(end.owner)
    askUplink(end.owner)
  }

  // ---- coming and going

  function comeOnline(device: Device): void {
    device.isOnline = true
    device.session++
    if (device.session > 1) device.awayMs += nowMs - device.leftMs
    dial(device)
    if (source.ends.size < plan.links[1]) dial(source)
    if (device !== source && plan.awayMs > 0)
      events.add(nowMs + drawExponential(plan.sessionMs), leave, device.number, 0)
  }

  function goOffline(device: Device): void {
    device.isOnline = false
    device.leftMs = nowMs
    const others = [...device.ends].map(({ other }) => other.owner)
    for (const end of [...device.ends]) disconnect(end)
    for (const other of others) {
      dial(other)
      fillAll(other)
    }
    device.downFreeMs = 0
    events.add(nowMs + drawExponential(plan.awayMs), join, device.number, 0)
  }

  function happen(kind: number, subject: number, detail: number): void {
    switch (kind) {
      case join:
        return comeOnline(devices[subject]!)
      case leave:
        return goOffline(devices[subject]!)
      case ask: {
        const end = ends.get(subject)
        if (end === undefined) return
        end.questions.push(detail)
        end.owner.uploads.wait(end)
        if (end.owner.uploads.activeCount >= plan.uploadSlots) return
        serve(end.owner)
        return askUplink(end.owner)
      }
      case cancel:
        return leaveQuestion(ends.get(subject), detail)
      case sent:
        return devices[subject]!.uplinkAsked === detail ? finishUploads(devices[subject]!) : undefined
      case arrive:
        return takeBlock(ends.get(subject), detail)
      case tell:
        return tellNews(devices[subject]!)
      default:
        for (const end of source.ends) offer(end)
        events.add(nowMs + tickMs, tick, 0, 0)
    }
  }

  events.add(0, join, 0, 0)
  for (const { number } of devices.slice(1)) events.add(chance.fraction() * plan.joinMs, join, number, 0)
  if (source.offers !== undefined) events.add(tickMs, tick, 0, 0)
  while (unfinished > 0 && events.take() && events.atMs <= plan.lastMs) {
    nowMs = events.atMs
    eventCount++
    happen(events.kind, events.subject, events.detail)
  }
  return {
    members: devices.slice(1),
    lastMs: nowMs,
    events: eventCount,
    sourceBytes,
    blockBytes: allBytes,
    wastedBytes,
    overheadBytes,
  }
}
