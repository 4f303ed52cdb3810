/**
 * Stands in for `epoll`, the native part of onoff, which has no prebuilt form. Lines are read, never waited for (`button` looks at them in
 * turn), so nothing of it is used; the build puts this in its place.
 */
export class Epoll {
  add(): never {
    throw new Error('assertion: a line is looked at, not waited for')
  }
}
