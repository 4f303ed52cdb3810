/** Draws who was done when as an SVG text: one curve a policy, seconds to the right, percent of the members upwards. */

export interface SwarmCurve {
  readonly name: string
  /** When each member was done, rising; those that were not are left out. */
  readonly seconds: readonly number[]
}

const width = 860
const height = 460
const margin = { left: 52, right: 16, top: 34, bottom: 44 }
const colours = ['#888888', '#c0392b', '#2471a3', '#b9770e', '#7d3c98', '#1e8449', '#17202a']
/** Points of a curve; more cannot be seen. */
const points = 200

export function swarmPlot(title: string, members: number, curves: readonly SwarmCurve[]): string {
  const lastSecond = niceEnd(Math.max(...curves.map(({ seconds }) => seconds.at(-1) ?? 0)))
  const x = (second: number) => margin.left + (second / lastSecond) * (width - margin.left - margin.right)
  const y = (percent: number) =>
    height - margin.bottom - (percent / 100) * (height - margin.top - margin.bottom)
  const lines = curves.map(({ seconds }, at) => {
    const places = Array.from({ length: points + 1 }, (_, point) =>
      Math.min(seconds.length - 1, Math.round((point / points) * (seconds.length - 1))),
    )
    const path = places.map(
      (place) => `${x(seconds[place]!).toFixed(1)},${y(((place + 1) / members) * 100).toFixed(1)}`,
    )
    return `<polyline fill="none" stroke="${colourOf(at)}" stroke-width="2"${at === 0 ? ' stroke-dasharray="6 4"' : ''} points="${path.join(' ')}"/>`
  })
  const legend = curves.map(
    ({ name }, at) =>
      `<text x="${width - margin.right - 210}" y="${height - margin.bottom - 16 * (curves.length - at)}" fill="${colourOf(at)}">${name}</text>`,
  )
  const grid = [0, 25, 50, 75, 100].flatMap((percent) => {
    const second = (percent / 100) * lastSecond
    return [
      `<path d="M${margin.left} ${y(percent)}H${width - margin.right}M${x(second)} ${margin.top}V${height - margin.bottom}" stroke="#dddddd"/>`,
      `<text x="${margin.left - 8}" y="${y(percent) + 4}" text-anchor="end">${percent} %</text>`,
      `<text x="${x(second)}" y="${height - margin.bottom + 18}" text-anchor="middle">${second} s</text>`,
    ]
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${margin.left}" y="22" font-size="15">${title}: how many have the whole file, by time since it was published</text>`,
    ...grid,
    ...lines,
    ...legend,
    '</svg>',
    '',
  ].join('\n')
}

function colourOf(at: number): string {
  return colours[at % colours.length]!
}

/** The next round number that four parts divide well. */
function niceEnd(second: number): number {
  const step = 10 ** Math.floor(Math.log10(Math.max(second, 1)))
  return (Math.ceil((second / step) * 2.5) / 2.5) * step
}
