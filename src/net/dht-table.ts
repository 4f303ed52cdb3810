/**
 * The nodes of the DHT that answered lately, kept in a file so that after a restart none of the bootstrap nodes has to be there. Only
 * addresses: the id of this device is a new one at each start, because one that stays would let others follow it from network to network.
 */
import { open } from 'node:fs/promises'
import { reasonOf } from '../core/errors.ts'
import { replaceFile } from '../durable-file.ts'
import type { Log } from '../ports.ts'
import { formatHostPort, type HostPort, parseHostPort } from './address.ts'

/** Of those kept for a day half are gone; of these enough are left, and asking them all takes seconds. */
const maxKept = 64
/** No table is longer; what is, is none. */
const maxFileBytes = 16_384

/** What is kept there; nothing when there is no such file, or none that can be read. Which addresses are good is for others to say. */
export async function readDhtTable(file: string, log: Log): Promise<readonly HostPort[]> {
  try {
    await using handle = await open(file, 'r')
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(maxFileBytes + 1), 0, maxFileBytes + 1, 0)
    if (bytesRead > maxFileBytes) throw new Error('it is too long')
    const content: unknown = JSON.parse(buffer.toString('utf8', 0, bytesRead))
    const nodes = (content as { nodes?: unknown } | null)?.nodes
    if (!Array.isArray(nodes)) throw new Error('it has no list of nodes')
    return nodes.slice(0, maxKept).map((text) => parseHostPort(String(text)))
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT')
      log.warn(
        { file, reason: reasonOf(thrown) },
        'the kept nodes of the DHT cannot be read; it starts without',
      )
    return []
  }
}

/**
 * Keeps those known now, and where there is room those of before: whoever was hardly there, or was offline, will need them. Returns what
 * is kept from now on.
 */
export async function keepDhtTable(
  file: string,
  known: readonly HostPort[],
  before: readonly HostPort[],
  log: Log,
): Promise<readonly HostPort[]> {
  const texts = [...new Set([...known, ...before].map(formatHostPort))].slice(0, maxKept)
  try {
    await replaceFile(file, `${JSON.stringify({ nodes: texts })}\n`)
  } catch (thrown) {
    log.warn({ file, reason: reasonOf(thrown) }, 'the nodes of the DHT cannot be kept')
  }
  return texts.map(parseHostPort)
}
