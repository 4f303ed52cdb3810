/** How much was transferred in each hour of the last month. Whoever counts adds seldom: each call is a write to the disk. */
import type { Database } from 'better-sqlite3'

/** A month and a bit: what is shown is the last 30 days. */
const keptHours = 31 * 24

export interface TrafficHour {
  /** Hours since 1970. */
  readonly hour: number
  /** Bytes. */
  readonly received: number
  readonly sent: number
}

export interface DeviceTraffic {
  /** Adds to what the hour has already; hours more than 31 days before it are forgotten. */
  addTraffic(hour: number, received: number, sent: number): void
  /** From `hour` on, the oldest first; hours without traffic are left out. */
  trafficSince(hour: number): readonly TrafficHour[]
}

export function createDeviceTraffic(database: Database): DeviceTraffic {
  const upsert = database.prepare(
    `INSERT INTO traffic_hours (hour, received, sent) VALUES (:hour, :received, :sent)
     ON CONFLICT DO UPDATE SET received = received + excluded.received, sent = sent + excluded.sent`,
  )
  const trim = database.prepare('DELETE FROM traffic_hours WHERE hour <= ?')
  const select = database.prepare<[number], TrafficHour>(
    'SELECT hour, received, sent FROM traffic_hours WHERE hour >= ? ORDER BY hour',
  )
  const add = database.transaction((hour: number, received: number, sent: number) => {
    upsert.run({ hour, received, sent })
    trim.run(hour - keptHours)
  })
  return { addTraffic: (...args) => add(...args), trafficSince: (hour) => select.all(hour) }
}
