/**
 * Keeps the map of the source true: who may import whom, what pure code must not touch, how files are named, and that
 * docs/map.md names every module. The reasons stand beside the rules, so that whoever breaks one reads why it is there.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const sourceRoot = fileURLToPath(new URL('..', import.meta.url))
const benchRoot = fileURLToPath(new URL('../../bench', import.meta.url))
const hardwareTestRoot = fileURLToPath(new URL('../../hardware-test', import.meta.url))
const mapFile = fileURLToPath(new URL('../../docs/map.md', import.meta.url))

/** What a part may import besides itself. A part is a directory of src, or a module that lies directly in src. */
const directions: Readonly<
  Record<string, { readonly may: readonly string[] | 'all'; readonly because: string }>
> = {
  core: { may: [], because: 'everything leans on core, so core leans on nothing' },
  wire: { may: ['core'], because: 'wire only turns messages into bytes and back' },
  store: {
    may: ['core', 'wire/statement-body'],
    because:
      'store is the only place that speaks SQL, and knows nothing else but what the statements it keeps say',
  },
  disk: { may: ['core', 'ports', 'worker-pool'], because: 'disk knows files, not peers' },
  net: {
    may: ['core', 'wire', 'ports', 'durable-file', 'worker-pool'],
    because: 'net moves messages and does not know what a folder is',
  },
  engine: {
    may: ['core', 'wire', 'store', 'ports'],
    because: 'the engine reaches disk, network, time and chance through ports',
  },
  api: {
    may: [
      ...['core', 'engine', 'ports', 'serial', 'durable-file', 'net/address', 'net/listen'],
      'appliance/disk-facts',
    ],
    because:
      'the API asks the engine, never disk, SQL or peers; its web door listens, reads addresses and keeps a certificate as other servers do; states and reasons of disks have one list',
  },
  appliance: {
    may: [
      ...['core', 'ports', 'durable-file', 'helper'],
      ...['net/own-interfaces', 'net/lan-segments', 'net/flood-guard'],
    ],
    because:
      'the appliance watches hardware, tells, and asks the helper in its words; it does not sync. It shows itself on the segments that LAN search knows, under the same limits',
  },
  helper: {
    may: [
      ...['core', 'durable-file', 'store/exclusive-lock'],
      ...['appliance/disk-facts', 'appliance/preset-report'],
    ],
    because:
      'the helper runs as root: it leans on as little as can be, and on nothing that listens or syncs; of the store only the lock is used',
  },
  servers: {
    may: ['core', 'wire', 'ports', 'net/address', 'net/listen', 'net/relay-channel'],
    because: 'tracker and relay are servers of their own, which listen and talk as peers do',
  },
  cli: {
    may: ['core', 'api/schemas', 'net/address'],
    because: 'the command line is a client of the daemon, and reads addresses as that does',
  },
  ports: { may: ['core', 'wire'], because: 'ports are types that every side can name' },
  'setting-kinds': {
    may: ['core', 'net/address', 'net/tracker-url'],
    because: 'what kinds of values there are is about words alone',
  },
  'setting-values': {
    may: ['core', 'engine/settings', 'setting-kinds', 'setting-table'],
    because: 'it reads and shows what the table says',
  },
  'setting-table': {
    may: ['core', 'engine/settings', 'net/public-servers', 'setting-kinds'],
    because: 'the table of settings is about words, used by file and API alike',
  },
  config: {
    may: [
      ...[
        'core',
        'engine/settings',
        'setting-table',
        'setting-values',
        'serial',
        'durable-file',
        'disk/disk-error',
      ],
      'wire/statement-body',
    ],
    because: "config only reads and writes files, guests' passes among them, and reads the environment",
  },
  'config-copy': {
    may: ['core', 'durable-file', 'helper/release-bundle'],
    because: 'it only keeps a file, and compares versions',
  },
  'release-steering': {
    may: ['core', 'api', 'appliance'],
    because: 'it answers the API from what node built',
  },
  home: { may: ['core', 'store/exclusive-lock'], because: 'home only guards the state directory' },
  log: { may: ['core', 'ports'], because: 'log is one of the ports, made real' },
  system: { may: ['ports'], because: 'clock and chance are ports, made real' },
  'hidden-input': { may: [], because: 'it only asks on the terminal' },
  serial: { may: [], because: 'it only puts work in order' },
  'durable-file': { may: [], because: 'it only writes a file' },
  'worker-pool': { may: ['core'], because: 'it only gives work to threads' },
  traffic: { may: ['core', 'ports'], because: 'it only counts the bytes of links' },
  'traffic-history': {
    may: ['core', 'ports', 'traffic', 'store/device-traffic'],
    because: 'it only keeps what the meter noted, where the store has a place for it',
  },
  news: { may: [], because: 'it only passes on that something happened' },
  'folder-place': { may: ['core'], because: 'it only looks at a directory' },
  'directory-chooser': {
    may: ['core', 'disk', 'folder-place', 'ports'],
    because: 'it only looks at directories, and makes them',
  },
  'qr-reader': { may: [], because: 'it only looks at a picture' },
  joining: {
    may: ['core', 'engine', 'ports'],
    because: 'it redeems a secret over whatever link it is given',
  },
  'peer-finding': {
    may: ['core', 'engine/settings', 'net', 'ports'],
    because: 'it turns switches into searches, and what those find into dialling',
  },
  reachability: { may: ['net', 'ports'], because: 'it only gathers what port-check judges by' },
  'folder-opener': {
    may: [
      'core',
      'config',
      'disk',
      'engine',
      'folder-disks',
      'joining',
      'net',
      'peer-finding',
      'ports',
      'store',
      'synced-folder',
    ],
    because: 'it builds what a folder needs, as node does for the device',
  },
  'folder-disks': {
    may: ['core', 'appliance', 'config', 'folder-place'],
    because: 'it decides from the configuration and the disks alone',
  },
  'disk-steering': {
    may: [
      ...[
        'core',
        'api',
        'appliance',
        'folder-disks',
        'folder-place',
        'synced-folder',
        'synced-folders',
        'ports',
      ],
    ],
    because: 'it answers what the API asks about disks, from those, the folders and the helper',
  },
  'device-limits': {
    may: ['core', 'engine', 'setting-table', 'setting-values', 'ports'],
    because: 'it only decides which limits hold, and sets them',
  },
  'synced-folder': { may: ['core', 'engine', 'config'], because: 'it only says what a folder is' },
  'folder-of-secret': {
    may: ['core', 'config', 'synced-folder'],
    because: 'it only compares secrets with what folders have',
  },
  'synced-folders': {
    may: [
      ...[
        'core',
        'engine',
        'config',
        'setting-table',
        'setting-values',
        'folder-disks',
        'folder-place',
        'serial',
        'ports',
      ],
      ...['synced-folder', 'folder-of-secret'],
    ],
    because: 'it decides which folders there are, and leaves opening them to folder-opener',
  },
  'device-status': {
    may: [
      'core',
      'engine',
      'api/schemas',
      'setting-table',
      'setting-values',
      'synced-folder',
      'device-limits',
      'traffic',
    ],
    because: 'it turns what is so into the words of the API',
  },
  'file-steering': {
    may: ['core', 'engine', 'api', 'synced-folder', 'synced-folders', 'ports'],
    because: 'it answers what the API asks about files, from the folders',
  },
  'device-steering': {
    may: [
      'file-steering',
      'core',
      'engine',
      'api',
      'config',
      'setting-table',
      'setting-values',
      'synced-folder',
      'synced-folders',
      'device-limits',
      'device-status',
      'directory-chooser',
      'traffic',
      'traffic-history',
      'net/address',
      'net/dial-target',
      'net/found-peers',
      'net/search',
      'peer-finding',
      'qr-reader',
      'reachability',
      'ports',
    ],
    because: 'it answers the API from what node built',
  },
  'web-interface': {
    may: ['core', 'api', 'config', 'setting-table', 'net/address', 'net/own-interfaces', 'ports'],
    because: 'it puts the web interface together, as node does with everything',
  },
  backup: {
    may: [
      ...['core', 'api/backup-steering', 'config', 'setting-table', 'net/identity', 'restored-home'],
      ...['serial', 'ports'],
    ],
    because: 'it gathers what makes a device, and knows neither disks nor links',
  },
  'backup-surroundings': {
    may: ['core', 'appliance', 'backup', 'ports'],
    because: 'it only tells backups what an appliance knows',
  },
  'restored-home': { may: ['core', 'durable-file'], because: 'it only puts files in the place of others' },
  'machine-steering': {
    may: ['core', 'api/schemas', 'api/system-steering', 'appliance', 'helper/verbs'],
    because: 'it answers the API about the machine, and leaves the deeds to the helper',
  },
  'appliance-front': {
    may: [
      ...['core', 'api/access', 'api/appliance-steering', 'api/schemas', 'appliance', 'helper/verbs'],
      ...['net/own-interfaces', 'setting-table', 'setting-values', 'ports'],
    ],
    because: 'it puts together what a person sees and presses at the box',
  },
  'relay-process': {
    may: [
      'cli/session',
      'servers',
      'setting-table',
      'setting-values',
      'net/address',
      'wire/relay-protocol',
      'ports',
      'system',
    ],
    because: 'it gives the relay what the process has',
  },
  node: { may: 'all', because: 'here things meet' },
  main: { may: 'all', because: 'here things meet' },
  testing: { may: 'all', because: 'tests may look anywhere' },
  e2e: {
    may: ['testing', 'core', 'api/schemas'],
    because: 'a test of the real program sees what a person sees',
  },
}

/** The benchmark measures the built program, so it sees what a person sees, and what tests use to look at files and processes. */
const forBench = ['testing', 'api/schemas', 'cli/client', 'home']

/** The test of the image, too; besides, it makes releases, and knows the words that device and helper have for disks and lights. */
const forHardwareTest = [
  ...forBench,
  'serial',
  'appliance/device-view',
  'appliance/disk-facts',
  'appliance/led-patterns',
  'helper/pack-release',
  'helper/release-bundle',
]

/** What any test may use besides. */
const forTests = new Set(['testing', 'core', 'ports', 'log', 'system'])

interface Ban {
  readonly pattern: RegExp
  readonly because: string
}

const clockBans: readonly Ban[] = [
  {
    pattern: /\bDate\.now\b|\bDate\(\)|\bperformance\.now\b/,
    because: 'time comes in through the Clock port, so that a run can be replayed',
  },
  {
    pattern: /\bset(Timeout|Interval|Immediate)\b/,
    because: 'timers come from the Clock port, so that a run can be replayed',
  },
]
const chanceBans: readonly Ban[] = [
  {
    pattern: /\bMath\.random\b/,
    because:
      'chance comes in as an argument or through the Chance port, so that the same seed gives the same run (I12)',
  },
  {
    pattern: /\brandom(Bytes|UUID|Int|Fill|FillSync)\b|\bgetRandomValues\b/,
    because:
      'chance comes in as an argument or through the Chance port, so that the same seed gives the same run (I12)',
  },
]
const outsideBans: readonly Ban[] = [
  {
    pattern:
      /['"]node:(fs|net|dgram|http|https|tls|dns|os|child_process|worker_threads|timers)(\/[a-z]+)?['"]/,
    because: 'files, sockets, threads and timers are reached through ports',
  },
]
const processBan: Ban = {
  pattern: /\bprocess\b(?=\s*[.[])/,
  because: 'the process belongs to main.ts, the environment to config.ts',
}

const bans: Readonly<Record<string, readonly Ban[]>> = {
  core: [...clockBans, ...chanceBans, ...outsideBans, processBan],
  wire: [...clockBans, ...chanceBans, ...outsideBans, processBan],
  engine: [...clockBans, ...chanceBans, ...outsideBans, processBan],
  store: [...chanceBans, processBan],
  api: [{ pattern: /\bprocess\.env\b/, because: 'config.ts is the only reader of the environment' }],
  net: [
    { pattern: /\bprocess\.env\b/, because: 'config.ts is the only reader of the environment' },
    {
      pattern: /\bAbortSignal\.any\(/,
      because: 'it leaves something behind at a signal that lives long, at each use',
    },
  ],
  disk: [{ pattern: /\bprocess\.env\b/, because: 'config.ts is the only reader of the environment' }],
  cli: [{ pattern: /\bprocess\.env\b/, because: 'config.ts is the only reader of the environment' }],
}

const forbiddenNames = new Set([
  'index',
  'utils',
  'util',
  'helpers',
  'helper',
  'common',
  'types',
  'manager',
  'misc',
  'shared',
])

/** Every TypeScript file of src, relative to it. Generated code answers to its generator. */
const modules = readdirSync(sourceRoot, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.startsWith('wire/generated/'))
  .sort()
const shipped = modules.filter(
  (file) => !isTest(file) && partOf(file) !== 'testing' && partOf(file) !== 'e2e',
)

function isTest(file: string): boolean {
  return file.endsWith('.test.ts')
}

/** `core/path.ts` → `core`; `node.ts` → `node`. */
function partOf(file: string): string {
  return file.replace(/(\.test)?\.ts$/, '').split('/')[0]!
}

/** The code without comments, so that a comment may speak of what the code must not do. */
function codeOf(file: string, root = sourceRoot): string {
  const text = readFileSync(join(root, file), 'utf8')
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
}

/** Modules of src a file imports, without their ending. */
function importsOf(file: string): string[] {
  return relativeImportsOf(file).filter((target) => !target.startsWith('../'))
}

/** Where the relative imports of a file lead, from its root. */
function relativeImportsOf(file: string, root = sourceRoot): string[] {
  const specifiers = codeOf(file, root).matchAll(
    /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+|\bnew URL\(\s*)(['"])(\.{1,2}\/[^'"]+)\1/g,
  )
  return [...specifiers].map(([, , specifier]) =>
    posix.join(posix.dirname(file), specifier!).replace(/\.(ts|js|mjs)$/, ''),
  )
}

function mayImport(file: string, target: string): boolean {
  const part = partOf(file)
  const direction = directions[part]
  if (direction === undefined || direction.may === 'all') return true
  return (
    target === part ||
    target.startsWith(`${part}/`) ||
    direction.may.some((allowed) => target === allowed || target.startsWith(`${allowed}/`))
  )
}

describe('import directions', () => {
  test('every part of src stands in the table', () => {
    const unknown = [...new Set(modules.map(partOf))].filter((part) => directions[part] === undefined)
    expect(unknown, 'say in this test whom the new part may import, and why').toEqual([])
  })

  test('nobody imports against the table', () => {
    const wrong = modules
      .filter((file) => !isTest(file))
      .flatMap((file) =>
        importsOf(file)
          .filter((target) => !mayImport(file, target))
          .map((target) => `${file} imports ${target}, but ${directions[partOf(file)]!.because}`),
      )
    expect(wrong).toEqual([])
  })

  test('tests import what their part may, what the daemon gives every part, and src/testing', () => {
    const wrong = modules.filter(isTest).flatMap((file) =>
      importsOf(file)
        .filter((target) => !mayImport(file, target) && !forTests.has(partOf(target)))
        .map((target) => `${file} imports ${target}, but ${directions[partOf(file)]!.because}`),
    )
    expect(wrong).toEqual([])
  })

  test('what is shipped does not lean on tests', () => {
    const wrong = shipped.flatMap((file) =>
      importsOf(file)
        .filter((target) => partOf(target) === 'testing' || target.endsWith('.test'))
        .map((target) => `${file} imports ${target}`),
    )
    expect(wrong).toEqual([])
  })

  test('the benchmark sees what a person sees, and nothing leans on it', () => {
    const bench = readdirSync(benchRoot, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    )
    expect(bench).not.toEqual([])
    const wrong = bench.flatMap((file) =>
      relativeImportsOf(file, benchRoot)
        .filter((target) => target.startsWith('../'))
        .map((target) => target.replace(/^\.\.\/src\//, ''))
        .filter((target) => !forBench.some((may) => target === may || target.startsWith(`${may}/`)))
        .map((target) => `bench/${file} imports ${target}`),
    )
    const leaning = modules.filter((file) =>
      relativeImportsOf(file).some((target) => target.startsWith('../bench/')),
    )
    expect([...wrong, ...leaning]).toEqual([])
  })

  test('the test of the image sees what a person sees, and nothing leans on it', () => {
    const files = readdirSync(hardwareTestRoot, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    )
    expect(files).not.toEqual([])
    const wrong = files.flatMap((file) =>
      relativeImportsOf(file, hardwareTestRoot)
        .filter((target) => target.startsWith('../'))
        .map((target) => target.replace(/^\.\.\/src\//, ''))
        .filter((target) => !forHardwareTest.some((may) => target === may || target.startsWith(`${may}/`)))
        .map((target) => `hardware-test/${file} imports ${target}`),
    )
    const leaning = modules.filter((file) =>
      relativeImportsOf(file).some((target) => target.startsWith('../hardware-test/')),
    )
    expect([...wrong, ...leaning]).toEqual([])
  })

  test('relative imports name the .ts file', () => {
    const wrong = modules.flatMap((file) =>
      [...codeOf(file).matchAll(/\bfrom\s*(['"])(\.{1,2}\/[^'"]+)\1/g)]
        .filter(([, , specifier]) => !/\.(ts|sql|json)$/.test(specifier!))
        .map(([, , specifier]) => `${file} imports ${specifier}`),
    )
    expect(wrong).toEqual([])
  })
})

describe('bans', () => {
  for (const [part, banned] of Object.entries(bans)) {
    test(`I12: ${part} keeps its hands off`, () => {
      const wrong = shipped
        .filter((file) => partOf(file) === part)
        .flatMap((file) =>
          banned.flatMap(({ pattern, because }) => {
            const found = pattern.exec(codeOf(file))
            return found === null ? [] : [`${file} uses ${found[0]}, but ${because}`]
          }),
        )
      expect(wrong).toEqual([])
    })
  }

  test('only config.ts reads the environment', () => {
    const wrong = shipped.filter((file) => file !== 'config.ts' && /\bprocess\.env\b/.test(codeOf(file)))
    expect(wrong).toEqual([])
  })
})

describe('names', () => {
  test('files are kebab-case and say what they hold', () => {
    const wrong = modules.filter((file) => {
      const name = posix.basename(file).replace(/(\.test)?\.ts$/, '')
      if (/^store\/schema\/\d{4}-/.test(file)) return false
      return !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || forbiddenNames.has(name)
    })
    expect(wrong).toEqual([])
  })

  test('no module only passes on what others export', () => {
    const wrong = shipped.filter((file) => /^export\s+(\*|\{[^}]*\})\s+from\b/m.test(codeOf(file)))
    expect(wrong, 'import from where it is').toEqual([])
  })
})

describe('docs/map.md', () => {
  const text = existsSync(mapFile) ? readFileSync(mapFile, 'utf8') : ''
  /** Rows of the table: a directory, what it is, and its modules in backticks. */
  const rows = [...text.matchAll(/^\| `src\/([a-z0-9/-]*)` \|[^|]*\|([^|]*)\|$/gm)]
  const places = rows.flatMap(([, directory, names]) =>
    [...names!.matchAll(/`([a-z0-9/-]+)`/g)].map(([, name]) => `${directory}${name}.ts`),
  )

  test('names every directory and every shipped module once', () => {
    const directories = new Set(
      modules.filter((file) => file.includes('/')).map((file) => `${partOf(file)}/`),
    )
    expect(rows.map(([, directory]) => directory).sort()).toEqual(['', ...directories].sort())
    const missing = shipped.filter((file) => !places.includes(file))
    expect(missing, 'name the module in docs/map.md').toEqual([])
    const twice = places.filter((place, at) => places.indexOf(place) !== at)
    expect(twice).toEqual([])
  })

  test('names nothing that is not there', () => {
    const prose = [...text.matchAll(/`((?:core|wire|store|disk|net|engine|api|cli)\/[a-z-]+)`/g)]
    const named = [...places, ...prose.map(([, place]) => `${place}.ts`)]
    expect(named.filter((place) => !existsSync(join(sourceRoot, place)))).toEqual([])
  })
})
