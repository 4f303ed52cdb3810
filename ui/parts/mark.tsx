/** The mark: a berry, and two arrows around it. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 64 64" aria-hidden="true" focusable="false">
      <rect width="64" height="64" rx="15" />
      <g class="mark-lines">
        <path d="M13.65 27.08A19 19 0 0 1 48.45 22.5" />
        <path d="M50.35 36.92A19 19 0 0 1 15.55 41.5" />
      </g>
      <g class="mark-heads">
        <path d="M52.6 19.4 51.95 28.6 43.3 25.5z" />
        <path d="M11.4 44.6 12.05 35.4 20.7 38.5z" />
      </g>
      <g class="mark-berry">
        <circle cx="24.6" cy="26.4" r="3.9" />
        <circle cx="32" cy="26.4" r="3.9" />
        <circle cx="39.4" cy="26.4" r="3.9" />
        <circle cx="28.3" cy="32.8" r="3.9" />
        <circle cx="35.7" cy="32.8" r="3.9" />
        <circle cx="32" cy="39.2" r="3.9" />
      </g>
    </svg>
  )
}
