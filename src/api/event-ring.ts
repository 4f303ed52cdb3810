/** The newest events, numbered, so that a reader that was away for a moment goes on where it was. Bounded in number and size. */

/** About half a minute of a device with a hundred peers at work. */
const maxEvents = 4000
/** Characters of all of them. */
const maxCharacters = 1024 ** 2

export interface EventRing {
  /** Of the event that was added last. */
  readonly lastId: string
  /** Numbers an event, and returns it as it is sent. */
  add(data: string): string
  /** What was added after the event of this id; undefined when it is too old, or of another run. */
  since(id: string): readonly string[] | undefined
}

/** `epoch` tells the numbers of this run from those of others. */
export function createEventRing(epoch: string): EventRing {
  /** The oldest first, as they are sent. */
  const events: string[] = []
  let characters = 0
  let last = 0

  const idOf = (number: number): string => `${epoch}-${number}`

  return {
    get lastId() {
      return idOf(last)
    },
    add(data) {
      last += 1
      const event = formatEvent('change', idOf(last), data)
      events.push(event)
      characters += event.length
      while (events.length > maxEvents || characters > maxCharacters) characters -= events.shift()!.length
      return event
    },
    since(id) {
      const number = Number(id.slice(epoch.length + 1))
      const missed = last - number
      if (id !== idOf(number) || !Number.isSafeInteger(number) || missed < 0 || missed > events.length)
        return undefined
      return events.slice(events.length - missed)
    },
  }
}

/** As the standard of server-sent events has it; `data` has no line breaks, as JSON has none. */
export function formatEvent(kind: 'snapshot' | 'change', id: string, data: string): string {
  return `id: ${id}\nevent: ${kind}\ndata: ${data}\n\n`
}
