/** That the box is found by people who know nothing but that it is there. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import multicastDns from 'multicast-dns'
import { assertSo } from '../assert-so.ts'
import type { Board } from '../board.ts'
import type { Case } from '../case.ts'
import { eventually } from '../eventually.ts'

const findSeconds = 40
const askEveryMs = 1500
const ssdpGroup = '239.255.255.250'
const ssdpPort = 1900
const basicDevice = 'urn:schemas-upnp-org:device:Basic:1'

export const byName: Case = {
  id: 'pi.local',
  title: 'pi.local and its web page are found from another computer (mDNS)',
  steps: [
    'On a computer in the same network: ping pi.local',
    'avahi-browse -r _http._tcp (or Bonjour Browser)',
  ],
  expect: 'its address; an entry for the web page on port 80',
  limitSeconds: 90,
  async run({ board }) {
    const socket = multicastDns({ interface: board.hostAddress, bind: '0.0.0.0' })
    // Both questions are asked until both are answered: packets may be lost.
    const found = { address: undefined as string | undefined, service: undefined as string | undefined }
    socket.on('response', ({ answers, additionals }) => {
      for (const record of [...(answers ?? []), ...(additionals ?? [])]) {
        if (record.type === 'A' && record.name === 'pi.local') found.address ??= record.data
        if (record.type === 'PTR' && record.name === '_http._tcp.local') found.service ??= String(record.data)
      }
    })
    const startedMs = performance.now()
    try {
      await eventually(
        'pi.local and _http._tcp answer',
        async () => {
          socket.query([
            { name: 'pi.local', type: 'A' },
            { name: '_http._tcp.local', type: 'PTR' },
          ])
          await pause(askEveryMs)
          return found.address !== undefined && found.service !== undefined
        },
        findSeconds,
      )
    } finally {
      socket.destroy()
    }
    assertSo(found.address === board.address, `pi.local is ${found.address}`)
    return { answerSeconds: (performance.now() - startedMs) / 1000 }
  },
}

export const byNeighbourhood: Case = {
  id: 'ssdp',
  title: 'it appears among the devices of the network, and leads to its page (SSDP)',
  steps: ['Under Windows: open Network in the Explorer.', 'Double-click the device.'],
  expect: 'the device with its name; its web page opens',
  limitSeconds: 90,
  async run({ board }) {
    const locations = await eventually(
      'the device answers an SSDP search',
      async () => {
        const found = await search(board)
        return found.length > 0 && found
      },
      findSeconds,
    )
    assertSo(new Set(locations).size === 1, `it answers with several addresses: ${locations.join(', ')}`)
    const location = new URL(locations[0]!)
    assertSo(location.hostname === board.address, `it says that it is at ${location.hostname}`)
    const description = await (await fetch(location)).text()
    const page = /<presentationURL>([^<]+)</.exec(description)?.[1] ?? ''
    assertSo(page.startsWith(`http://${board.address}`), `its page is said to be at "${page}"`)
    assertSo((await fetch(page)).ok, `${page} does not answer`)
    return { answers: locations.length }
  },
}

/** Addresses of descriptions, one for each answer to one search. */
async function search({ hostAddress, address }: Board): Promise<string[]> {
  const socket = createSocket('udp4')
  socket.bind(0, hostAddress)
  await once(socket, 'listening')
  socket.setMulticastInterface(hostAddress)
  const found: string[] = []
  socket.on('message', (bytes, sender) => {
    const location = /^LOCATION:\s*(\S+)/im.exec(bytes.toString())?.[1]
    if (sender.address === address && location !== undefined) found.push(location)
  })
  const lines = [
    'M-SEARCH * HTTP/1.1',
    `HOST: ${ssdpGroup}:${ssdpPort}`,
    'MAN: "ssdp:discover"',
    'MX: 1',
    `ST: ${basicDevice}`,
  ]
  socket.send(`${lines.join('\r\n')}\r\n\r\n`, ssdpPort, ssdpGroup)
  await pause(askEveryMs + 1000)
  socket.close()
  return found
}
