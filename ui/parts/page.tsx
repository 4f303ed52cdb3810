/** What every page is made of: its heading with what can be done, sections, and words for when there is nothing yet. */
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { hrefOf, type Route } from '../state/route.ts'
import { Icon, type IconName } from './icon.tsx'

/** The one first heading. It also names the browser's tab. */
export function PageHeader({
  title,
  back,
  about,
  children,
}: {
  readonly title: string
  readonly back?: { readonly to: Route; readonly label: string }
  readonly about?: ComponentChildren
  /** What can be done with the whole page. */
  readonly children?: ComponentChildren
}) {
  useEffect(() => {
    document.title = `${title} · Berrysync`
  }, [title])
  return (
    <header class="page-header">
      {back && (
        <a class="back" href={hrefOf(back.to)}>
          <Icon name="back" />
          {back.label}
        </a>
      )}
      <div class="page-title">
        <div>
          <h1 tabIndex={-1}>{title}</h1>
          {about && <div class="page-about">{about}</div>}
        </div>
        {children && <div class="page-actions">{children}</div>}
      </div>
    </header>
  )
}

/** A card with a heading. */
export function Section({
  title,
  about,
  actions,
  children,
}: {
  readonly title: string
  readonly about?: ComponentChildren
  readonly actions?: ComponentChildren
  readonly children: ComponentChildren
}) {
  const id = useId()
  return (
    <section class="section card" aria-labelledby={id}>
      <header>
        <div>
          <h2 id={id}>{title}</h2>
          {about && <p class="about">{about}</p>}
        </div>
        {actions && <div class="page-actions">{actions}</div>}
      </header>
      {children}
    </section>
  )
}

/** There is nothing yet: what would be here, and how to begin. */
export function EmptyState({
  icon,
  title,
  children,
  actions,
}: {
  readonly icon: IconName
  readonly title: string
  readonly children?: ComponentChildren
  readonly actions?: ComponentChildren
}) {
  return (
    <div class="empty-state">
      <span class="empty-icon">
        <Icon name={icon} />
      </span>
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {actions && <div class="page-actions">{actions}</div>}
    </div>
  )
}

/** Pairs of what something is called and what it is. */
export function Facts({
  facts,
}: {
  readonly facts: readonly (readonly [name: string, value: ComponentChildren])[]
}) {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Parts of a page, each with an address of its own. */
export function TabLinks({
  label,
  tabs,
}: {
  readonly label: string
  readonly tabs: readonly {
    readonly to: Route
    readonly label: string
    readonly isCurrent: boolean
    readonly count?: number
  }[]
}) {
  const bar = useRef<HTMLElement>(null)
  const current = tabs.findIndex(({ isCurrent }) => isCurrent)
  // A phone has no room for all of them.
  useEffect(() => {
    const shown = bar.current?.children[current] as HTMLElement | undefined
    if (shown) bar.current!.scrollLeft = shown.offsetLeft - (bar.current!.clientWidth - shown.offsetWidth) / 2
  }, [current])
  return (
    <nav ref={bar} class="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <a key={tab.label} href={hrefOf(tab.to)} aria-current={tab.isCurrent ? 'page' : undefined}>
          {tab.label}
          {tab.count !== undefined && tab.count > 0 && <span class="count">{tab.count}</span>}
        </a>
      ))}
    </nav>
  )
}
