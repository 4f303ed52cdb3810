/**
 * `npm run fuzz`: fuzzes every decoder, or one, and tells what was found and how to see it again. Exit status 1 when anything was. With
 * `--keep` the inputs that reach something new are written down, to begin with next time.
 */
import { parseArgs } from 'node:util'
import { readCorpus, writeCorpus } from './fuzz-corpus.ts'
import { judge } from './fuzz-target.ts'
import { fuzzTargets } from './fuzz-targets.ts'
import { fuzzInThread } from './fuzz-thread.ts'

const usage = `npm run fuzz -- [--target NAME]... [--seconds N] [--seed N] [--keep] [--list]
npm run fuzz -- --target NAME --input BASE64`
/** Inputs written down of one target are no more than this together, the shortest first. */
const maxKeptBytes = 16 * 1024

const { values } = parseArgs({
  options: {
    target: { type: 'string', multiple: true },
    seconds: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    input: { type: 'string' },
    keep: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

async function main(): Promise<void> {
  if (values.help) return say(usage)
  const unknown = values.target?.find((name) => !fuzzTargets.some((target) => target.name === name))
  if (unknown !== undefined) throw new Error(`there is no target ${unknown}; --list shows them`)
  const targets = fuzzTargets.filter(({ name }) => values.target?.includes(name) ?? true)
  if (values.list) return say(targets.map(({ name }) => name).join('\n'))
  if (values.input !== undefined) {
    for (const target of targets) {
      const finding = await judge(target, Buffer.from(values.input, 'base64'))
      say(`${target.name}: ${finding === undefined ? 'nothing' : `${finding.kind}: ${finding.message}`}`)
      if (finding !== undefined) process.exitCode = 1
    }
    return
  }
  let total = 0
  let findings = 0
  for (const { name } of targets) {
    const { runs, found, kept, blocks } = await fuzzInThread({
      ...{ name, seed: Number(values.seed), seconds: Number(values.seconds) },
    })
    total += runs
    findings += found.length
    say(
      `${name.padEnd(20)} ${String(runs).padStart(9)} inputs  ${String(blocks).padStart(5)} blocks  ${kept.length} kept`,
    )
    for (const { kind, message, input } of found) {
      say(`  ${kind}: ${message.replaceAll('\n', '\n    ')}`)
      say(`  again: npm run fuzz -- --target ${name} --input ${input.toString('base64')}`)
    }
    if (values.keep) keep(name, kept)
  }
  say(`${total} inputs to ${targets.length} decoders, found ${findings === 0 ? 'nothing' : findings}`)
  if (findings > 0) process.exitCode = 1
}

function keep(name: string, inputs: readonly Buffer[]): void {
  const finders = readCorpus(name).filter(({ found }) => found !== undefined)
  let bytes = 0
  const others = inputs.filter((input) => {
    bytes += input.length
    return bytes <= maxKeptBytes && !finders.some((finder) => finder.input.equals(input))
  })
  writeCorpus(name, [...finders, ...others.map((input) => ({ input, found: undefined }))])
}

await main()
