/**
 * Keeps what the page knows in step with the device: listens to its stream of events, applies what came together a few times a second,
 * and says whether it is connected. The browser reconnects by itself and resumes by the last id; where the stream ended for good it is opened anew.
 */
import { batch, computed, type ReadonlySignal, signal } from '@preact/signals'
import type { Change, Snapshot } from '../../src/api/schemas/events.ts'
import type { Transfer } from '../../src/api/schemas/transfers.ts'
import { applyEvent, type StreamEvent } from './apply-event.ts'
import { createGatherer } from './gather.ts'

export type Connection = 'connecting' | 'live' | 'reconnecting'

/** Soon enough after a restart of the device, rarely enough for one that is off. */
const reopenMs = 3000

export const snapshot = signal<Snapshot | undefined>(undefined)
export const connection = signal<Connection>('connecting')

export const device = computed(() => snapshot.value?.status.device)
export const traffic = computed(() => snapshot.value?.status.traffic)
export const folders = computed(() => snapshot.value?.status.folders ?? [])

const noTransfers: readonly Transfer[] = []

/** What is on its way in a folder. */
export function transfersSignal(id: string): ReadonlySignal<readonly Transfer[]> {
  return computed(() => snapshot.value?.transfers[id] ?? noTransfers)
}

/** Takes in what came together. */
function applyEvents(events: readonly StreamEvent[]): void {
  batch(() => {
    for (const event of events) snapshot.value = applyEvent(snapshot.peek(), event)
  })
}

/** Opens the stream. `onRefused` hears that the device does not let this page listen any more. */
export function openLive(onRefused: () => Promise<boolean>): Disposable {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let isOver = false
  const gatherer = createGatherer<StreamEvent>(applyEvents)

  function open(): void {
    source = new EventSource('/api/events')
    source.addEventListener('open', () => {
      connection.value = 'live'
    })
    source.addEventListener('snapshot', ({ data }: MessageEvent<string>) =>
      gatherer.add({ kind: 'snapshot', snapshot: JSON.parse(data) as Snapshot }),
    )
    source.addEventListener('change', ({ data }: MessageEvent<string>) =>
      gatherer.add(JSON.parse(data) as Change),
    )
    source.addEventListener('error', () => {
      if (isOver) return
      connection.value = 'reconnecting'
      if (source?.readyState === EventSource.CLOSED) timer = setTimeout(reopen, reopenMs)
    })
  }

  async function reopen(): Promise<void> {
    const isRefused = await onRefused()
    if (!isOver && !isRefused) open()
    else if (!isOver) connection.value = 'connecting'
  }

  open()
  return {
    [Symbol.dispose]() {
      isOver = true
      clearTimeout(timer)
      gatherer[Symbol.dispose]()
      source?.close()
      connection.value = 'connecting'
      snapshot.value = undefined
    },
  }
}
