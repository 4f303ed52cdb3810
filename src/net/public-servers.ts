/** Servers of the BitTorrent world that devices use unless a person says otherwise. Only data. */

/**
 * Nodes through which one gets to know others, `HOST:PORT`: those of libtorrent, Transmission and Ouinet. Each is the default of at least
 * one other program (libtorrent 2.0 `dht_bootstrap_nodes`, Transmission 4 `dht.transmissionbt.com`, qBittorrent 5.2), and all answered in May
 * 2026, when qBittorrent took those out that did not (its pull request 24296).
 */
export const defaultDhtBootstrap: readonly string[] = [
  'dht.libtorrent.org:25401',
  'dht.transmissionbt.com:6881',
  'router.bt.ouinet.work:6881',
]
