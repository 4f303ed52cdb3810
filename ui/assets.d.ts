/** What the build makes of files that are no TypeScript. */
declare module 'texts:*' {
  /** Of one language, as Fluent has them. */
  export const texts: string
}
declare module '*.css'
