/**
 * `port-mapping-main.ts PORT`: one part of the daemon by itself, so that it can be run on a host of a test network. Answers connections at the
 * port with `here`, and has the port forwarded. Prints each change as a line of JSON. Reads `on`, `off` and, to let time pass at once,
 * `pass MILLISECONDS`; ends as a daemon does.
 */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { createPortMapping } from '../net/port-mapping.ts'
import { systemChance } from '../system.ts'
import { createManualClock } from './manual-clock.ts'
import { silentLog } from './silent-log.ts'

const tickMs = 20

const port = Number(process.argv[2])
const server = createServer((socket) => void socket.end('here'))
server.listen(port, '0.0.0.0')
await once(server, 'listening')

const clock = createManualClock(Date.now())
let sinceMs = performance.now()
setInterval(() => {
  const nowMs = performance.now()
  void clock.advance(nowMs - sinceMs)
  sinceMs = nowMs
}, tickMs)

const mapping = createPortMapping({
  ...{ clock, chance: systemChance, log: silentLog },
  port: () => port,
  onChange: () => undefined,
})
let told = ''
setInterval(() => {
  const rows = mapping.results().map(({ at, state, message }) => ({ at, state, message }))
  const line = JSON.stringify({ external: mapping.external(), rows })
  if (line !== told) process.stdout.write(`${line}\n`)
  told = line
}, tickMs)

createInterface({ input: process.stdin }).on('line', (line) => {
  const [word, value] = line.split(' ')
  if (word === 'pass') void clock.advance(Number(value))
  else mapping.setWanted(word === 'on')
})
process.on('SIGTERM', async () => {
  await mapping[Symbol.asyncDispose]()
  process.exit()
})
