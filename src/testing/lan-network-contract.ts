/** What LAN search may count on in a network: the suite both the system's sockets and those in memory pass, on one segment of IPv4. */
import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type Segment, segmentsOf } from '../net/lan-segments.ts'
import type { Audience, Heard, LanNetwork } from '../net/lan-sockets.ts'
import { until } from './until.ts'

/** Notes what it hears, and answers what begins with a question mark. */
function noting(): { readonly heard: string[]; onHeard(heard: Heard): void; onBroken(): void } {
  const heard: string[] = []
  return {
    heard,
    onHeard({ bytes, answer }) {
      const text = bytes.toString()
      heard.push(text)
      if (text.startsWith('?')) answer(Buffer.from(`!${text}`))
    },
    onBroken: () => undefined,
  }
}

export function lanNetworkContract(title: string, network: LanNetwork): void {
  /** Other programs may speak there, too. */
  const question = () => `?${randomBytes(8).toString('hex')}`

  function firstSegment(): Segment {
    const segment = segmentsOf(network.interfaces()).find(({ family }) => family === 'IPv4')
    if (segment === undefined) throw new Error('assertion: no segment of IPv4')
    return segment
  }

  describe(title, () => {
    for (const way of ['multicast', 'broadcast'] satisfies Audience[])
      test(`${way} reaches every device there, this one too, and only who asked hears the answers`, async () => {
        const segment = firstSegment()
        const [one, two, asking, other] = [noting(), noting(), noting(), noting()]
        using _one = await network.openGroupSocket([segment], one)
        using _two = await network.openGroupSocket([segment], two)
        using socket = await network.openSegmentSocket(segment, asking)
        using _other = await network.openSegmentSocket(segment, other)
        const text = question()
        await socket.send(way, Buffer.from(text))
        const answers = () => asking.heard.filter((answer) => answer === `!${text}`).length
        await until('both have heard and answered', () => answers() >= 2)
        expect(one.heard).toContain(text)
        expect(two.heard).toContain(text)
        expect(other.heard).toEqual([])
      })

    test('a socket that was disposed of hears nothing and cannot be spoken from', async () => {
      const segment = firstSegment()
      const [gone, there] = [noting(), noting()]
      const group = await network.openGroupSocket([segment], gone)
      using _there = await network.openGroupSocket([segment], there)
      const left = await network.openSegmentSocket(segment, noting())
      using socket = await network.openSegmentSocket(segment, noting())
      group[Symbol.dispose]()
      left[Symbol.dispose]()
      const text = question()
      await socket.send('multicast', Buffer.from(text))
      await until('heard', () => there.heard.includes(text))
      expect(gone.heard).not.toContain(text)
      await expect(left.send('multicast', Buffer.from(text))).rejects.toThrow()
    })
  })
}
