/**
 * What is fuzzed, and when an input counts as a finding: a decoder that throws what it does not announce, breaks its property, computes or
 * allocates without measure. Knows no decoder and no way to find inputs.
 */
import { inspect, isDeepStrictEqual } from 'node:util'
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isSyncError, reasonOf } from '../core/errors.ts'

export interface FuzzTarget {
  readonly name: string
  /** Takes whatever bytes. Returns, or throws a refusal; what should always hold is checked in it, and breaking it throws. */
  readonly run: (input: Buffer) => void | Promise<void>
  /** Real inputs of every kind, to begin with. */
  readonly seeds: () => Iterable<Uint8Array | string>
  /** Words that mean something in such an input. */
  readonly words?: readonly string[]
  /** Inputs are not made longer: what the caller of the decoder lets through, and a little more. Default 4096. */
  readonly maxBytes?: number
  /** What may be allocated for each byte of an input, besides a mebibyte. Default 512. */
  readonly bytesPerByte?: number
  /** Other than a `SyncError`. */
  readonly isRefusal?: (thrown: unknown) => boolean
}

export const usualMaxBytes = 4096
const usualBytesPerByte = 512
const freeBytes = 1024 ** 2
/** Of a core, for one input: a detector of hangs, and of work that grows with the square of the length. */
const freeMs = 400
const msPerByte = 0.02
/** What costs too much only once did something else, like compiling. */
const tries = 3

export interface Finding {
  readonly kind: 'threw' | 'slow' | 'large'
  readonly message: string
  /** The same for inputs that find the same. */
  readonly place: string
}

/** Undefined where there is nothing wrong with what a target does with an input. */
export function judge(
  target: FuzzTarget,
  input: Uint8Array,
): Promise<Finding | undefined> | Finding | undefined {
  const measure = startMeasure()
  let running: void | Promise<void>
  try {
    running = target.run(Buffer.from(input))
  } catch (thrown) {
    return faultOf(target, thrown) ?? judgeCost(target, input, measure())
  }
  return running instanceof Promise
    ? running.then(
        () => judgeCost(target, input, measure()),
        (thrown) => faultOf(target, thrown) ?? judgeCost(target, input, measure()),
      )
    : judgeCost(target, input, measure())
}

function faultOf({ isRefusal = isSyncError }: FuzzTarget, thrown: unknown): Finding | undefined {
  if (isRefusal(thrown)) return undefined
  const frames = thrown instanceof Error ? (thrown.stack ?? '').split('\n') : []
  const place = frames.find((line) => /^\s+at (?!hold)/.test(line)) ?? ''
  return { kind: 'threw', message: frames.slice(0, 8).join('\n') || reasonOf(thrown), place: place.trim() }
}

// ---- cost ---------------------------------------------------------------------------------------------------------------

interface Cost {
  readonly ms: number
  readonly bytes: number
}

function startMeasure(): () => Cost {
  const cpu = process.threadCpuUsage()
  const before = heldBytes()
  return () => {
    const bytes = heldBytes() - before
    const { user, system } = process.threadCpuUsage(cpu)
    return { bytes, ms: (user + system) / 1000 }
  }
}

/** Of the heap and of buffers beside it. Less where something was collected meanwhile, which a small input never makes necessary. */
function heldBytes(): number {
  const { used_heap_size, external_memory } = getHeapStatistics()
  return used_heap_size + external_memory
}

function judgeCost(
  target: FuzzTarget,
  input: Uint8Array,
  cost: Cost,
): Promise<Finding | undefined> | Finding | undefined {
  return excessOf(target, input, cost) === undefined ? undefined : judgeAgain(target, input)
}

/** What seems to cost too much is tried again, with nothing left to be collected: only what it costs each time is its own. */
async function judgeAgain(target: FuzzTarget, input: Uint8Array): Promise<Finding | undefined> {
  let excess: Finding | undefined
  for (let time = 1; time < tries; time += 1) {
    collectGarbage()
    const measure = startMeasure()
    try {
      await target.run(Buffer.from(input))
    } catch {
      // It was judged the first time.
    }
    excess = excessOf(target, input, measure())
    if (excess === undefined) return undefined
  }
  return excess
}

function excessOf(
  { name, bytesPerByte = usualBytesPerByte }: FuzzTarget,
  { length }: Uint8Array,
  { ms, bytes }: Cost,
): Finding | undefined {
  if (ms > freeMs + msPerByte * length)
    return { kind: 'slow', place: name, message: `${length} bytes take ${Math.round(ms)} ms of a processor` }
  if (bytes > freeBytes + bytesPerByte * length)
    return { kind: 'large', place: name, message: `${length} bytes make it allocate ${bytes} bytes` }
  return undefined
}

let collect: (() => void) | undefined

function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('gc') as () => void
  }
  collect()
}

// ---- what targets check -------------------------------------------------------------------------------------------------

/** What should always hold. */
export function hold(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(`it does not hold that ${what}`)
}

/** What is decoded, encoded and decoded again says the same; of which kind its bytes are says nothing. */
export function holdSame<T>(once: T, again: T): void {
  if (!isDeepStrictEqual(once, again, { skipPrototype: true }))
    throw new Error(`what is encoded again says something else: ${inspect(once)} and ${inspect(again)}`)
}

/**
 * Bytes as a text that somebody typed or sent as JSON: UTF-8, but for 0xff, behind which two bytes are a unit of UTF-16. So half a character
 * can stand in it, as it can in JSON.
 */
export function textOf(bytes: Buffer): string {
  const [first, ...rest] = splitAt(bytes, 0xff)
  return (
    first!.toString('utf8') + rest.map((part) => unitOf(part) + part.subarray(2).toString('utf8')).join('')
  )
}

function unitOf(part: Buffer): string {
  return part.length < 2 ? '\ufffd' : String.fromCharCode(part.readUInt16BE(0))
}

function splitAt(bytes: Buffer, separator: number): Buffer[] {
  const parts: Buffer[] = []
  let from = 0
  for (let at = bytes.indexOf(separator); at >= 0; at = bytes.indexOf(separator, from)) {
    parts.push(bytes.subarray(from, at))
    from = at + 1
  }
  return [...parts, bytes.subarray(from)]
}
