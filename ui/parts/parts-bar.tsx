/** Who has which part of a file: a stripe for each, as long as the file, dark where its blocks are. */
import type { Parts } from '../../src/api/schemas/transfers.ts'
import { cellRuns, fullness } from '../state/part-cells.ts'
import { formatPercent } from '../text/format.ts'
import { t } from '../text/translate.ts'

/** More stripes nobody tells apart; each costs the page a drawing. */
const maxStripes = 60

/** This device first, then its peers. */
export function PartsList({ parts: { here, peers } }: { readonly parts: Parts }) {
  const hidden = peers.length - maxStripes
  return (
    <div class="parts">
      <ul>
        <Stripe name={t('devices-this')} cells={here} isHere />
        {peers.slice(0, maxStripes).map(({ id, name, cells }) => (
          <Stripe key={id} name={name} cells={cells} />
        ))}
      </ul>
      {peers.length === 0 && <p class="muted">{t('parts-nobody')}</p>}
      {hidden > 0 && <p class="muted">{t('parts-more', { peers: hidden })}</p>}
    </div>
  )
}

function Stripe({
  name,
  cells,
  isHere,
}: {
  readonly name: string
  readonly cells: readonly number[]
  readonly isHere?: boolean
}) {
  const part = fullness(cells)
  return (
    <li class={isHere ? 'parts-here' : undefined}>
      <span class="parts-name">
        <bdi>{name}</bdi>
      </span>
      <PartsBar cells={cells} />
      <span class="number">{formatPercent(part)}</span>
    </li>
  )
}

/** One stripe. Says nothing by itself: the per cent stands beside it. */
function PartsBar({ cells }: { readonly cells: readonly number[] }) {
  return (
    <svg
      class="parts-bar"
      viewBox={`0 0 ${Math.max(1, cells.length)} 1`}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      {cellRuns(cells).map(({ from, length, part }) => (
        <rect key={from} x={from} y="0" width={length} height="1" opacity={part} />
      ))}
    </svg>
  )
}
