/** The mark: a berry, and two arrows around it. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 64 64" aria-hidden="true" focusable="false">
      <rect width="64" height="64" rx="15" />
      <g class="mark-lines">
        <path d="M15.5 36.5a17 17 0 0 1 26-14.2" />
        <path d="m42.8 13.6-.6 9.2-9-1.4" />
        <path d="M48.5 35.5a17 17 0 0 1-26 14.2" />
        <path d="m21.2 58.4.6-9.2 9 1.4" />
      </g>
      <circle cx="28" cy="32.6" r="3.7" />
      <circle cx="36" cy="32.6" r="3.7" />
      <circle cx="32" cy="39.4" r="3.7" />
    </svg>
  )
}
