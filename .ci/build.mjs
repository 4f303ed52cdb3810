/**
 * Builds dist/: the program, its workers and the helper of an appliance as one file each, `berrysync`, which runs the program on the pinned Node, and the web interface.
 * better-sqlite3 stays outside the bundle because it has a native part.
 */
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { buildUi } from './build-ui.mjs'
import { licencesOf } from './licences.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const startedMs = performance.now()

const runtime = `node-linux-${process.arch}`

// Some dependencies are CommonJS and call `require` for Node's own modules, which an ES module does not have.
const requireBanner =
  "import { createRequire as createRequireForBundle } from 'node:module'; const require = createRequireForBundle(import.meta.url);"

const launcher = `#!/bin/sh
# Runs Berrysync on the Node that package.json pins, wherever this file is linked from.
here=$(dirname -- "$(readlink -f -- "$0")")
. "$here/memory-flags"
exec "$here/../node_modules/${runtime}/bin/node" $flags "$here/berrysync.mjs" "$@"
`

// Packages and images in dist/ are made of what is built here and take long to make, so they are left.
mkdirSync(`${root}dist`, { recursive: true })
for (const name of readdirSync(`${root}dist`)) {
  if (!/\.deb$|\.release$|\.img|^image$/.test(name))
    rmSync(`${root}dist/${name}`, { recursive: true, force: true })
}
const { metafile } = await build({
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
  // The source stays in memory as long as the program runs. Names stay, too, so that a stack in the log can be read.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  sourcemap: true,
  metafile: true,
  logLevel: 'warning',
})
// A single character beyond ASCII has Node keep the whole source in two bytes a character. esbuild leaves them in regular expressions.
for (const name of readdirSync(`${root}dist`).filter((name) => name.endsWith('.mjs'))) {
  const source = readFileSync(`${root}dist/${name}`, 'utf8')
  writeFileSync(
    `${root}dist/${name}`,
    source.replace(/[^\0-\x7f]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`),
  )
}
copyFileSync(`${root}image/memory-flags`, `${root}dist/memory-flags`)
writeFileSync(`${root}dist/berrysync`, launcher)
chmodSync(`${root}dist/berrysync`, 0o755)
const ui = await buildUi(root)
writeFileSync(`${root}dist/licences.txt`, licencesOf(root, [metafile, ui.metafile]))
const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
console.log(
  `Built dist/berrysync and dist/ui (${(ui.totalBytes / 1000).toFixed(1)} kB compressed) in ${seconds} s`,
)
