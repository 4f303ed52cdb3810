/** Where the page begins: dresses the document, learns who it is for the device, and draws. */
import { render } from 'preact'
import { App } from './app.tsx'
import { followTime } from './state/now.ts'
import { dressDocument } from './state/preferences.ts'
import { followAddress } from './state/route.ts'
import { followLanguage } from './text/translate.ts'

dressDocument()
followTime()
followAddress(() => {
  scrollTo(0, 0)
  document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true })
})
followLanguage().then(() => {
  const place = document.getElementById('app')!
  // What is in sight until now is no part of what is drawn.
  place.replaceChildren()
  render(<App />, place)
})
