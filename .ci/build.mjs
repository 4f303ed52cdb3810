/**
 * Builds dist/: the program and its workers as one file each, `berrysync`, which runs the program on the pinned Node, and the web interface.
 * better-sqlite3 stays outside the bundle because it has a native part.
 */
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { builtLauncher } from '../image/launcher.ts'
import { buildUi } from './build-ui.mjs'
import { licencesOf } from './licences.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const startedMs = performance.now()

const runtime = `node-linux-${process.arch}`

// Some dependencies are CommonJS and call `require` for Node's own modules, which an ES module does not have.
const requireBanner =
  "import { createRequire as createRequireForBundle } from 'node:module'; const require = createRequireForBundle(import.meta.url);"

// Packages and images in dist/ are made of what is built here and take long to make, so they are left.
mkdirSync(`${root}dist`, { recursive: true })
for (const name of readdirSync(`${root}dist`)) {
  if (!/\.deb$|\.img|^image$/.test(name)) rmSync(`${root}dist/${name}`, { recursive: true, force: true })
}
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: {
    berrysync: 'src/main.ts',
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
  loader: { '.sql': 'text' },
  banner: { js: requireBanner },
  sourcemap: true,
  metafile: true,
  logLevel: 'warning',
})
writeFileSync(`${root}dist/berrysync`, builtLauncher(runtime))
chmodSync(`${root}dist/berrysync`, 0o755)
const ui = await buildUi(root)
writeFileSync(`${root}dist/licences.txt`, licencesOf(root, [metafile, ui.metafile]))
const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
console.log(
  `Built dist/berrysync and dist/ui (${(ui.totalBytes / 1000).toFixed(1)} kB compressed) in ${seconds} s`,
)
