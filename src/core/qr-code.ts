/** QR codes, drawn: in half blocks for a terminal, as one path for a page. Both with the clear margin that readers want. Pure. */
import encodeQR from 'qr'

/** As long as any link with a long name and some addresses; a code with more is hard to read for any camera. */
export const maxQrBytes = 2048

/** In dots. A terminal has little room. */
const terminalBorder = 2
const pageBorder = 4

/** What two dots above each other look like where the terminal is dark: light is what is written. */
const halves = { neither: ' ', upper: '▀', lower: '▄', both: '█' } as const

/** Lines of one length, for a terminal that is dark. */
export function qrToBlocks(text: string): readonly string[] {
  const rows = encodeQR(text, 'raw', { ecc: 'low', border: terminalBorder })
  const lines: string[] = []
  for (let y = 0; y < rows.length; y += 2) {
    const [above, below] = [rows[y]!, rows[y + 1]]
    lines.push(above.map((isDark, x) => halfBlock(!isDark, below?.[x] === false)).join(''))
  }
  return lines
}

function halfBlock(isUpperLight: boolean, isLowerLight: boolean): string {
  if (isUpperLight) return isLowerLight ? halves.both : halves.upper
  return isLowerLight ? halves.lower : halves.neither
}

/** All that is dark, as an SVG path in dots, of which `size` make a side. */
export function qrToPath(text: string): { readonly size: number; readonly path: string } {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: pageBorder })
  return { size: rows.length, path: rows.flatMap(runsOf).join('') }
}

/** What is dark in a row, as a rectangle for dots that lie side by side: one for each dot takes twice the bytes. */
function runsOf(row: readonly boolean[], y: number): string[] {
  const line = row.map((isDark) => (isDark ? '#' : ' ')).join('')
  return [...line.matchAll(/#+/g)].map(({ index, 0: { length } }) => `M${index} ${y}h${length}v1h-${length}z`)
}
