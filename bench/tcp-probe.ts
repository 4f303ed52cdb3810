/** A process at one end of a TCP connection: `receive PORT`, which prints MB/s when the sender is done, or `send PORT HOST SECONDS`. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

const piece = Buffer.alloc(1024 ** 2)
const [mode, port, host, seconds] = process.argv.slice(2)

async function receive(): Promise<void> {
  const server = createServer()
  server.listen(Number(port))
  await once(server, 'listening')
  process.stdout.write('listening\n')
  const [socket] = (await once(server, 'connection')) as [Socket]
  let bytes = 0
  const startedMs = performance.now()
  socket.on('data', (chunk) => {
    bytes += chunk.length
  })
  await once(socket, 'end')
  process.stdout.write(`${bytes / 1e6 / ((performance.now() - startedMs) / 1000)}\n`)
  server.close()
}

async function send(): Promise<void> {
  const socket = connect(Number(port), host)
  await once(socket, 'connect')
  const endMs = performance.now() + Number(seconds) * 1000
  while (performance.now() < endMs) if (!socket.write(piece)) await once(socket, 'drain')
  socket.end()
}

await (mode === 'receive' ? receive() : send())
