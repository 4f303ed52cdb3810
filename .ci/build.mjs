/**
 * Builds dist/: the program, its workers and the helper of an appliance as one file each, `berrysync`, which runs the program on the pinned Node, and the web interface.
 * better-sqlite3 stays outside the bundle because it has a native part.
 */
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { buildUi } from './build-ui.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const startedMs = performance.now()

const runtime = `node-linux-${process.arch}`

// Some dependencies are CommonJS and call `require` for Node's own modules, which an ES module does not have.
const requireBanner =
  "import { createRequire as createRequireForBundle } from 'node:module'; const require = createRequireForBundle(import.meta.url);"

const launcher = `#!/bin/sh
# Runs Berrysync on the Node that package.json pins, wherever this file is linked from.
# Memory counts: new objects get 4 MiB at a time instead of 16, what is dead is looked for when the heap has grown by a third, and all
# threads share two arenas of malloc, which costs no time. With less than 2 GiB in the machine V8 keeps little in reserve, and is a tenth
# slower for it (docs/performance.md).
here=$(dirname -- "$(readlink -f -- "$0")")
small=
while read -r name kib _; do
  if [ "$name" = MemTotal: ] && [ "$kib" -lt 2097152 ]; then small=--optimize-for-size; fi
done 2>/dev/null < /proc/meminfo
export MALLOC_ARENA_MAX=2
exec "$here/../node_modules/${runtime}/bin/node" --max-semi-space-size=4 --heap-growing-percent=30 \${small:+"$small"} "$here/berrysync.mjs" "$@"
`

rmSync(`${root}dist`, { recursive: true, force: true })
mkdirSync(`${root}dist`)
await build({
  absWorkingDir: root,
  entryPoints: {
    berrysync: 'src/main.ts',
    helper: 'src/helper/main.ts',
    'hash-worker': 'src/disk/hash-worker.ts',
    'find-worker': 'src/disk/find-worker.ts',
    'cipher-worker': 'src/net/cipher-worker.ts',
  },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  external: ['better-sqlite3'],
  // The native part of onoff has no prebuilt form, and nothing of it is used.
  alias: { epoll: './src/appliance/no-edges.ts' },
  loader: { '.sql': 'text' },
  banner: { js: requireBanner },
  sourcemap: true,
  logLevel: 'warning',
})
writeFileSync(`${root}dist/berrysync`, launcher)
chmodSync(`${root}dist/berrysync`, 0o755)
const uiBytes = await buildUi(root)
const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
console.log(`Built dist/berrysync and dist/ui (${(uiBytes / 1000).toFixed(1)} kB compressed) in ${seconds} s`)
