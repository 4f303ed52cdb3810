/**
 * Makes the texts of the web interface modules: `texts:en`, `texts:ru`. What they are called by stands in a module both share, because names
 * are a quarter of all texts and nobody reads them.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Between two texts: no text has one. One long text with these is less to load than a list of as many in quotes. */
const between = '\t'

/** A plugin for esbuild. `directory` holds one directory a language, with the messages of `en` at least in each. */
export function textsPlugin(directory) {
  const read = (language) => readMessages(join(directory, language))
  return {
    name: 'texts',
    setup(build) {
      build.onResolve({ filter: /^texts:/ }, ({ path }) => ({
        path: path.slice('texts:'.length),
        namespace: 'texts',
      }))
      build.onLoad({ filter: /^keys$/, namespace: 'texts' }, () => ({
        contents: `export const keys = ${JSON.stringify([...read('en').keys()].join(' '))}.split(' ')`,
      }))
      build.onLoad({ filter: /^(en|ru)$/, namespace: 'texts' }, ({ path }) => {
        const messages = read(path)
        const shared = [...read('en').keys()]
        const values = shared.map((key) => messages.get(key)).join(between)
        // What went wrong comes from the daemon in English, so only the other languages have texts for all of it.
        const own = [...messages]
          .filter(([key]) => !shared.includes(key))
          .map((message) => `\n${message.join(' =')}`)
          .join('')
        return {
          contents: `import { keys } from 'texts:keys'
            const values = ${JSON.stringify(values)}.split(${JSON.stringify(between)})
            export const texts = keys.map((key, at) => key + ' =' + values[at]).join('\\n') + ${JSON.stringify(own)}`,
        }
      })
    },
  }
}

/** What stands behind each `key =`, with the indented lines that belong to it. */
export function readMessages(directory) {
  const messages = new Map()
  for (const name of readdirSync(directory).sort()) {
    const text = readFileSync(join(directory, name), 'utf8')
    for (const [, key, value] of text.matchAll(/^([a-z][\w-]*) *=(.*(?:\n(?:[ }].*)?)*)/gim)) {
      messages.set(key, value.trimEnd().replace(/\n +/g, '\n '))
    }
  }
  return messages
}
