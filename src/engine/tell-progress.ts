/**
 * Tells the peer of one link which blocks of unfinished contents can be had here (P14): once all there are, then those that come, together.
 */
import { blocksToRuns, membersOf } from '../core/block-set.ts'
import type { ContentRoot } from '../core/ids.ts'
import type { Link } from '../ports.ts'
import { maxProgressNumbers } from '../wire/messages.ts'
import type { FolderContext } from './folder-context.ts'
import type { UnfinishedContent } from './unfinished.ts'

/** P14 allows four times a second. A few peers are told soon; among many a block has to be passed on anyhow before it is scarce no more. */
const fewLinks = 8
const soonMs = 250
const laterMs = 1000

/** Begins to tell, until the link is closed. `linkCount` says how many peers there are to tell. */
export function tellProgress(context: FolderContext, link: Link, linkCount: () => number): void {
  const { unfinished, clock } = context
  const news = new Map<ContentRoot, { readonly content: UnfinishedContent; readonly blocks: Set<number> }>()
  let timer: Disposable | undefined

  const listening = unfinished.listen((content, blocks) => {
    const known = news.get(content.root)
    // Of a content that was begun anew nothing was told.
    const fresh = known?.content === content ? known.blocks : new Set<number>()
    for (const block of blocks) fresh.add(block)
    news.set(content.root, { content, blocks: fresh })
    timer ??= clock.after(linkCount() > fewLinks ? laterMs : soonMs, tellNews)
  })
  void link.closed.then(() => {
    listening[Symbol.dispose]()
    timer?.[Symbol.dispose]()
  })
  for (const content of unfinished.all()) {
    if (content.blocks.size > 0) send(content, membersOf(content.blocks), true)
  }

  function tellNews(): void {
    timer = undefined
    for (const [root, { content, blocks }] of news) {
      // What is finished is told with have.
      if (unfinished.get(root) === content)
        send(
          content,
          [...blocks].sort((a, b) => a - b),
          false,
        )
    }
    news.clear()
  }

  function send(
    { root, blocks: { blockCount } }: UnfinishedContent,
    rising: Iterable<number>,
    whole: boolean,
  ) {
    const runs = blocksToRuns(rising)
    for (let first = 0; first < runs.length; first += maxProgressNumbers) {
      const part = runs.slice(first, first + maxProgressNumbers)
      // Runs count from the end of the one before.
      if (first > 0) part[0]! += runs.slice(0, first).reduce((sum, number) => sum + number, 0)
      link.send({ kind: 'progress', root, blockCount, whole: whole && first === 0, runs: part })
    }
  }
}
