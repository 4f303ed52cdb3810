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

/**
 * Public trackers anybody may use. Three independent operators, and one of them over HTTP as well, for networks that let no UDP through.
 * Chosen by how long they have held out: of the weekly states of the list "trackers_best" of github.com/ngosang/trackerslist from September
 * 2023 to August 2026 (163), these three are in 148, 159 and 142, and the one over HTTP in 160 of "trackers_all_http".
 */
export const defaultTrackers: readonly string[] = [
  'udp://tracker.opentrackr.org:1337/announce',
  'udp://open.stealth.si:80/announce',
  'udp://tracker.torrent.eu.org:451/announce',
  'http://tracker.opentrackr.org:1337/announce',
]
