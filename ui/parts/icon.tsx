/** Line icons on a grid of 20, drawn with the colour of the text beside them. They say nothing by themselves: a word always stands near. */

const shapes = {
  folder:
    'M2.5 5.5a1.5 1.5 0 0 1 1.5-1.5h3.6l1.9 2h6.5a1.5 1.5 0 0 1 1.5 1.5v7a1.5 1.5 0 0 1-1.5 1.5H4a1.5 1.5 0 0 1-1.5-1.5z',
  device: 'M3 4.5h14v8.5H3zM7.5 16.5h5M10 13v3.5',
  transfers: 'M6.5 3.5v12M3 12l3.5 3.5L10 12M13.5 16.5v-12M10 8l3.5-3.5L17 8',
  history: 'M3.2 8.2A7 7 0 1 1 3 10.7M3 4v4.3h4.3M10 6.3V10l2.6 1.8',
  preferences: 'M3 6h7.5M14.5 6H17M3 14h2.5M9.5 14H17M12.5 4v4M7.5 12v4',
  plus: 'M10 4v12M4 10h12',
  pause: 'M7 4.5v11M13 4.5v11',
  play: 'M6.5 4.2v11.6l9-5.8z',
  check: 'M4 10.5l4 4 8-9',
  sync: 'M16.5 9A6.7 6.7 0 0 0 4.3 6.8M4 3.5v3.6h3.6M3.5 11a6.7 6.7 0 0 0 12.2 2.2M16 16.5v-3.6h-3.6',
  alert: 'M10 3.2l7.5 13h-15zM10 8.2v3.8M10 14.1v.1',
  wait: 'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM10 6.3V10l2.6 1.8',
  lock: 'M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 6 0V9',
  key: 'M9.2 10.8a3.6 3.6 0 1 1-2-2L16 3.5M13.2 5.2l2 2.3M11 6.5',
  eye: 'M2.5 10S5.2 5 10 5s7.5 5 7.5 5-2.7 5-7.5 5-7.5-5-7.5-5zM10 7.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4z',
  'eye-off':
    'M3 3l14 14M8 5.2A8 8 0 0 1 10 5c4.8 0 7.5 5 7.5 5a13 13 0 0 1-2.4 3M5.2 6.5A12 12 0 0 0 2.5 10s2.7 5 7.5 5a8 8 0 0 0 3.2-.7',
  copy: 'M7 7h9.5v9.5H7zM13 7V3.5H3.5V13H7',
  link: 'M8.5 11.5a3 3 0 0 0 4.3 0l2.9-2.9a3 3 0 0 0-4.3-4.3l-1 1M11.5 8.5a3 3 0 0 0-4.3 0l-2.9 2.9a3 3 0 0 0 4.3 4.3l1-1',
  qr: 'M3.5 3.5h5v5h-5zM11.5 3.5h5v5h-5zM3.5 11.5h5v5h-5zM11.5 11.5h2v2M16.5 11.5v2.5M11.5 16.5h2M16.5 16.5v.1',
  more: 'M4.5 10v.1M10 10v.1M15.5 10v.1',
  close: 'M5 5l10 10M15 5L5 15',
  right: 'M7.5 4.5L13 10l-5.5 5.5',
  down: 'M4.5 7.5L10 13l5.5-5.5',
  back: 'M12.5 4.5L7 10l5.5 5.5',
  'arrow-down': 'M10 3.5v12.5M5 11l5 5 5-5',
  'arrow-up': 'M10 16.5V4M5 9l5-5 5 5',
  search: 'M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM13 13l3.5 3.5',
  trash: 'M3.5 5.5h13M8 5.5v-2h4v2M5 5.5l.8 11h8.4l.8-11M8.3 8.5v5M11.7 8.5v5',
  restore: 'M4 8h8a4 4 0 0 1 0 8H7M7.5 4.5L4 8l3.5 3.5',
  archive: 'M3 4h14v3.5H3zM4.2 7.5v9h11.6v-9M8 10.7h4',
  conflict: 'M10 16.5V12M10 12L5 7V3.5M10 12l5-5V3.5M3 5.5l2-2 2 2M13 5.5l2-2 2 2',
  file: 'M5 2.5h6.5L15.5 6.5v11H5zM11.5 2.5v4h4',
  image: 'M3 4h14v12H3zM3 13.5l4-4 3.5 3.5 2.5-2.5 4 4M13 7.5v.1',
  share:
    'M14.5 3a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM5.5 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM14.5 13a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM7.3 9l5.4-3M7.3 11l5.4 3',
  people:
    'M7.5 4a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.4zM2.5 16c0-2.8 2.2-4.5 5-4.5s5 1.7 5 4.5M13 4.3a2.7 2.7 0 0 1 0 4.9M14.5 11.9c1.8.5 3 2 3 4.1',
  info: 'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM10 9.3v4M10 6.6v.1',
  edit: 'M3.5 16.5l.8-3.5L13 4.3l2.7 2.7L7 15.7z',
  globe: 'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM3 10h14M10 3c2 2 3 4.3 3 7s-1 5-3 7c-2-2-3-4.3-3-7s1-5 3-7z',
  network: 'M3 8a10.5 10.5 0 0 1 14 0M5.6 11a6.6 6.6 0 0 1 8.8 0M8.2 13.8a2.8 2.8 0 0 1 3.6 0M10 16.3v.1',
  system: 'M6 6h8v8H6zM8 6V3M12 6V3M8 17v-3M12 17v-3M6 8H3M6 12H3M17 8h-3M17 12h-3',
  disk: 'M3 11.5h14v5H3zM3 11.5l2.5-8h9l2.5 8M14 14v.1M11 14v.1',
  eject: 'M10 4l6 7.5H4zM4 15.5h12',
  power: 'M10 3v7M6.2 5.6a6.3 6.3 0 1 0 7.6 0',
  out: 'M12.5 6V3.5h-9v13h9V14M8 10h9M14 7l3 3-3 3',
} as const

export type IconName = keyof typeof shapes

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={shapes[name]} />
    </svg>
  )
}
