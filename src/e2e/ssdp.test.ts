/** The device as computers of its network see it: two segments that do not hear each other, and one that comes later. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { programPath, runBerrysync, startDaemon } from '../testing/daemon.ts'
import { makeNamespace, type Namespace, removeLeftovers } from '../testing/namespaces.ts'
import { listenSsdp, searchSsdp } from '../testing/ssdp-search.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'

const deviceType = 'urn:schemas-upnp-org:device:Basic:1'

/** A cable between two machines. */
async function connect(box: Namespace, other: Namespace, device: string, network: string): Promise<void> {
  await box.ip('link', 'add', device, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', other.name)
  for (const [at, name, host] of [
    [box, device, 1],
    [other, 'eth0', 2],
  ] as const) {
    await at.ip('address', 'add', `${network}.${host}/24`, 'dev', name)
    await at.ip('link', 'set', name, 'up')
  }
}

const headers = (asked: string, code = 200) =>
  `const r = await fetch('${asked}'); console.log(JSON.stringify({ status: r.status, type: r.headers.get('content-type'), text: await r.text() })); process.exit(r.status === ${code} ? 0 : 1)`

/** What a computer there gets from an address. */
async function fetchFrom(at: Namespace, url: string) {
  const answer = await at.run(process.execPath, '--input-type=module', '-e', headers(url))
  return JSON.parse(answer) as { readonly status: number; readonly type: string; readonly text: string }
}

test('one answer a search, with the address of that segment; an interface that comes is served, one that goes is told', async () => {
  await removeLeftovers()
  await using box = await makeNamespace('box')
  await using left = await makeNamespace('left')
  await using right = await makeNamespace('right')
  await using late = await makeNamespace('late')
  await connect(box, left, 'eth0', '192.168.11')
  await connect(box, right, 'eth1', '192.168.12')
  await using directory = await makeTempDirectory()
  const home = join(directory.path, 'home')
  await using hearing = listenSsdp(left.prefix, '192.168.11.2')
  const daemon = await startDaemon(home, ['--web', '0.0.0.0:80'], [...box.prefix, programPath], false)
  // Without being told to it shows itself to nobody.
  expect(await searchSsdp(left.prefix, '192.168.11.2', deviceType)).toEqual([])
  await daemon.ask('config', 'ssdp=on', 'name=Küche & Bad')
  const found = await until('it answers', async () => {
    const answers = await searchSsdp(left.prefix, '192.168.11.2', deviceType)
    return answers.length > 0 && answers
  })
  expect(found).toHaveLength(1)
  expect(found[0]).toMatchObject({
    START: 'HTTP/1.1 200 OK',
    FROM: '192.168.11.1',
    ST: deviceType,
    LOCATION: 'http://192.168.11.1:80/upnp/device.xml',
    SERVER: expect.stringMatching(/^Linux UPnP\/1\.1 Berrysync\//),
  })
  const udn = /^(uuid:[\w-]{36})::/.exec(found[0]!.USN!)![1]!
  const across = await searchSsdp(right.prefix, '192.168.12.2', 'upnp:rootdevice')
  expect(across.map(({ FROM, LOCATION }) => ({ FROM, LOCATION }))).toEqual([
    { FROM: '192.168.12.1', LOCATION: 'http://192.168.12.1:80/upnp/device.xml' },
  ])
  expect(await searchSsdp(left.prefix, '192.168.11.2', 'ssdp:all')).toHaveLength(3)
  expect(await searchSsdp(left.prefix, '192.168.11.2', '.*')).toEqual([])
  expect(await searchSsdp(left.prefix, '192.168.11.2', 'urn:schemas-upnp-org:device:MediaServer:1')).toEqual(
    [],
  )

  // Nobody has to log in for the description, and it leads to where it was asked for.
  const described = await fetchFrom(left, found[0]!.LOCATION!)
  expect(described.type).toBe('text/xml; charset="utf-8"')
  expect(described.text).toContain('<friendlyName>Küche &amp; Bad</friendlyName>')
  expect(described.text).toContain(`<UDN>${udn}</UDN>`)
  expect(described.text).toContain('<presentationURL>http://192.168.11.1/</presentationURL>')
  expect((await fetchFrom(right, 'http://192.168.12.1/upnp/device.xml')).text).toContain(
    '<presentationURL>http://192.168.12.1/</presentationURL>',
  )

  // What it says by itself has the right address, too, and leaves by the right interface.
  const alive = await until('it says that it is there', () =>
    hearing.heard.filter(({ NTS, NT }) => NTS === 'ssdp:alive' && NT === deviceType).at(0),
  )
  expect(alive).toMatchObject({ FROM: '192.168.11.1', LOCATION: 'http://192.168.11.1:80/upnp/device.xml' })

  await connect(box, late, 'eth2', '192.168.13')
  const later = await until('it answers on the new segment', async () => {
    const answers = await searchSsdp(late.prefix, '192.168.13.2', deviceType)
    return answers.length > 0 && answers
  })
  expect(later.map(({ LOCATION }) => LOCATION)).toEqual(['http://192.168.13.1:80/upnp/device.xml'])
  expect(await searchSsdp(left.prefix, '192.168.11.2', deviceType)).toHaveLength(1)

  // An interface that is pulled out ends nothing.
  await box.ip('link', 'del', 'eth1')
  await until('the sockets of that segment are closed', async () => {
    const text = await box.run('sh', '-c', 'grep -c ":076C " /proc/net/udp')
    return Number(text) === 2
  })
  expect(await searchSsdp(late.prefix, '192.168.13.2', deviceType)).toHaveLength(1)

  expect(await daemon.end('SIGTERM')).toBe(0)
  const goodbyes = await until('it said goodbye', () => {
    const heard = hearing.heard.filter(({ NTS }) => NTS === 'ssdp:byebye')
    return heard.length >= 3 && heard
  })
  expect(goodbyes.map(({ NT }) => NT).sort()).toEqual(['upnp:rootdevice', deviceType, udn].sort())

  // The same device has the same name at its next start, and a closed system says nothing.
  await using again = await startDaemon(home, ['--web', '0.0.0.0:80'], [...box.prefix, programPath], false)
  const known = await until('it answers again', async () => {
    const [first] = await searchSsdp(left.prefix, '192.168.11.2', udn)
    return first
  })
  expect(known.USN).toBe(udn)
  const { length } = hearing.heard
  await again.ask('config', 'closed=on')
  await until('it is gone', async () => (await searchSsdp(left.prefix, '192.168.11.2', udn)).length === 0)
  expect(hearing.heard.slice(length).some(({ NTS }) => NTS === 'ssdp:alive')).toBe(false)
  await expect(fetchFrom(left, 'http://192.168.11.1/upnp/device.xml')).rejects.toThrow()
})

test('a web interface that only this machine reaches is advertised nowhere', async () => {
  await removeLeftovers()
  await using box = await makeNamespace('box')
  await using other = await makeNamespace('other')
  await connect(box, other, 'eth0', '192.168.11')
  await using directory = await makeTempDirectory()
  await using daemon = await startDaemon(
    join(directory.path, 'home'),
    ['--web', '127.0.0.1:8888'],
    [...box.prefix, programPath],
    false,
  )
  await daemon.ask('config', 'ssdp=on')
  expect(await searchSsdp(other.prefix, '192.168.11.2', deviceType)).toEqual([])
  expect((await runBerrysync(['status', '--home', daemon.home])).status).toBe(0)
})
