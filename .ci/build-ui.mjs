/**
 * Builds dist/ui: the web interface as files with hashed names, each compressed once here so that the device never has to. Fails when
 * everything together is larger than a phone on a slow network should have to load.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { textsPlugin } from './ui-texts.mjs'

/** Of all files together, compressed: every language and every page. */
const maxCompressedBytes = 120_000

/** Builds the interface below `root`/dist/ui and returns how many bytes all of it takes, compressed, and what it is made of. */
export async function buildUi(root) {
  const source = join(root, 'ui')
  const target = join(root, 'dist/ui')
  mkdirSync(target, { recursive: true })
  let totalBytes = 0

  function emit(name, content) {
    const file = join(target, name)
    const bytes = Buffer.from(content)
    const brotli = brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    })
    writeFileSync(file, bytes)
    writeFileSync(`${file}.br`, brotli)
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }))
    totalBytes += brotli.length
  }

  /** Emits a file under a name that changes with its content, so that a browser may keep it forever. */
  function emitHashed(stem, extension, content) {
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 8)
    const name = `${stem}-${hash}.${extension}`
    emit(name, content)
    return name
  }

  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: { app: 'ui/main.tsx', style: 'ui/style/all.css' },
    outdir: 'dist/ui',
    entryNames: '[name]-[hash]',
    chunkNames: 'part-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    minify: true,
    // Each Cyrillic letter written as an escape takes three times the bytes to read, and a third more when compressed.
    charset: 'utf8',
    // What every browser that updates itself has had since the end of 2023.
    target: ['chrome115', 'firefox115', 'safari17'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    plugins: [textsPlugin(join(source, 'text'))],
    legalComments: 'none',
    write: false,
    metafile: true,
    logLevel: 'warning',
  })
  for (const { path, contents } of outputFiles) emit(relative(target, path), contents)

  const outputs = Object.entries(metafile.outputs)
  const nameOf = (entry) => relative('dist/ui', outputs.find(([, { entryPoint }]) => entryPoint === entry)[0])
  const script = nameOf('ui/main.tsx')
  const preloads = metafile.outputs[`dist/ui/${script}`].imports
    .filter(({ kind }) => kind === 'import-statement')
    .map(({ path }) => `<link rel="modulepreload" href="/${relative('dist/ui', path)}">`)
  const icon = emitHashed('icon', 'svg', readFileSync(join(source, 'icon.svg')))
  const manifest = emitHashed('manifest', 'webmanifest', JSON.stringify(webManifest(icon)))
  const places = { icon, manifest, script, style: nameOf('ui/style/all.css') }
  const template = readFileSync(join(source, 'index.html'), 'utf8')
  const page = template
    .replace('{preloads}', preloads.join('\n    '))
    .replace(/\{(\w+)\}/g, (_, name) => `/${places[name]}`)
  emit('index.html', page)

  if (totalBytes > maxCompressedBytes)
    throw new Error(`The web interface takes ${totalBytes} bytes, more than ${maxCompressedBytes}`)
  return { totalBytes, metafile }
}

function webManifest(icon) {
  return {
    name: 'Berrysync',
    short_name: 'Berrysync',
    start_url: '/',
    display: 'standalone',
    background_color: '#faf8f7',
    theme_color: '#b3135c',
    icons: [{ src: `/${icon}`, sizes: 'any', type: 'image/svg+xml', purpose: 'any maskable' }],
  }
}
