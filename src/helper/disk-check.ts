/**
 * Checks a file system before it is mounted, with its own preen, and mends it when a person asked for that (A1). Which tool says what with
 * which exit code is written down here and nowhere else. The device must not be mounted.
 */
import { SyncError } from '../core/errors.ts'
import type { SupportedKind } from './disk-survey.ts'
import type { CommandResult, RunCommand } from './run-command.ts'

/** `fine`: mount it. The others: only for reading, and why. */
export type CheckOutcome = 'fine' | 'check-failed' | 'check-too-long'

/** Less than the service that attaches may take. A check of a healthy disk takes seconds. */
const preenTimeoutMs = 10 * 60_000
/** A large disk that is really broken; a person watches the progress. */
const mendTimeoutMs = 12 * 60 * 60_000

interface Tool {
  readonly name: string
  readonly preen: readonly string[]
  readonly mend: readonly string[]
  /** It tells its progress on descriptor 3. */
  readonly tells?: boolean
}

const toolsByKind: Partial<Record<SupportedKind, Tool>> = {
  ext2: { name: 'e2fsck', preen: ['-p', '-C', '3'], mend: ['-f', '-y', '-C', '3'], tells: true },
  ext3: { name: 'e2fsck', preen: ['-p', '-C', '3'], mend: ['-f', '-y', '-C', '3'], tells: true },
  ext4: { name: 'e2fsck', preen: ['-p', '-C', '3'], mend: ['-f', '-y', '-C', '3'], tells: true },
  exfat: { name: 'fsck.exfat', preen: ['-p'], mend: ['-y'] },
  vfat: { name: 'fsck.vfat', preen: ['-a'], mend: ['-a'] },
  f2fs: { name: 'fsck.f2fs', preen: ['-a'], mend: ['-f', '-y'] },
  // btrfs and XFS look after themselves when they are mounted; their mending tools are for experts. NTFS is Windows' to mend.
  xfs: { name: 'xfs_repair', preen: [], mend: [] },
}

export interface CheckOptions {
  readonly run: RunCommand
  readonly onProgress: (part: number) => void
}

/** What may be mended without asking, is. */
export async function preen(path: string, kind: SupportedKind, options: CheckOptions): Promise<CheckOutcome> {
  const tool = toolsByKind[kind]
  if (tool === undefined || tool.preen.length === 0) return 'fine'
  return runTool(path, tool, tool.preen, preenTimeoutMs, options)
}

/** Mends everything that can be. Throws `disk-unsuitable` for a file system that is not mended here. */
export async function mend(path: string, kind: SupportedKind, options: CheckOptions): Promise<CheckOutcome> {
  const tool = toolsByKind[kind]
  if (tool === undefined) {
    const reason =
      kind === 'ntfs' ? 'Windows mends it, on a computer' : `${kind} mends itself while it is used`
    throw new SyncError('disk-unsuitable', { disk: path, what: 'repaired here', reason })
  }
  return runTool(path, tool, tool.mend, mendTimeoutMs, options)
}

async function runTool(
  path: string,
  tool: Tool,
  flags: readonly string[],
  timeoutMs: number,
  { run, onProgress }: CheckOptions,
): Promise<CheckOutcome> {
  const onProgressLine = (line: string) => {
    const part = e2fsckProgress(line)
    if (part !== undefined) onProgress(part)
  }
  const result = await run(tool.name, [...flags, path], {
    timeoutMs,
    ...(tool.tells ? { onProgressLine } : {}),
  })
  // A system without the tool mounts unchecked, as any computer does.
  if (result.exitCode === 127) return 'fine'
  if (result.isLate) return 'check-too-long'
  if (tool.name !== 'fsck.vfat' || result.exitCode !== 1) return outcomeOf(tool.name, result)
  // It says the same for "mended" and "found, and left": a second look tells.
  const second = await run(tool.name, ['-n', path], { timeoutMs })
  return second.isLate ? 'check-too-long' : outcomeOf(tool.name, second)
}

/** fsck(8): 0 is fine, 1 is mended, 2 is mended and a mounted one would want a restart; 4 and more are left unmended. */
function outcomeOf(name: string, { exitCode }: CommandResult): CheckOutcome {
  const isFine =
    name.startsWith('fsck.vfat') || name === 'xfs_repair' ? exitCode === 0 : exitCode >= 0 && exitCode < 4
  return isFine ? 'fine' : 'check-failed'
}

/** Passes of e2fsck, by how long each takes of the whole. */
const passEnds = [0, 0.7, 0.9, 0.92, 0.95, 1]

/** A line `PASS NOW OF DEVICE` as a part of the whole, 0 to 1. */
export function e2fsckProgress(line: string): number | undefined {
  const [pass, now, of] = line.trim().split(/\s+/).map(Number)
  if (pass === undefined || now === undefined || of === undefined) return undefined
  if (!(pass >= 1 && pass <= 5 && of > 0 && now >= 0)) return undefined
  const start = passEnds[pass - 1]!
  return Math.min(1, start + (passEnds[pass]! - start) * Math.min(1, now / of))
}
