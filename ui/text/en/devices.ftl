devices-this = This device
devices-listens = Listens at
devices-version = Version
devices-others = Other devices
devices-none-title = No other devices yet
devices-none-about = As soon as a device joins one of your folders, it appears here.
count-folders = { $folders ->
    [one] { $folders } folder
   *[other] { $folders } folders
  }
device-id = Its id, which no other device has
device-folders = What it shares with this device
device-to-folder = To the members of this folder
why-title = Why not connected?
why-about = For each folder: every way to other devices, what came of it, and what you can do.
why-settings = How the folder looks for others
why-again = Look again
advice-title = What you can do
advice-paused = The folder is paused. Let it go on.
advice-closed-no-host = This device is a closed system: it only connects to addresses you type in, and there is none for this folder. Add one in its settings.
advice-nothing-on = All searches are switched off, and no address is typed in. Switch one on, or add an address, in the settings of the folder.
advice-versions = Another device has a version that does not fit. Update the older one.
advice-own-address = One of the addresses is this device itself. Take it out.
advice-other-secret = Somebody answers, but not for this folder. Is it added there, with the same secret, and not paused?
advice-host-unreachable = An address you typed in does not answer. Is it right, with its port, and is that device switched on?
advice-lan-failed = The search in the local network does not work here. Both devices have to be in the same network; a guest network keeps them apart.
advice-tracker-failed = No tracker answers. Is this device on the internet, and is the tracker’s address right?
advice-dht-failed = The DHT does not answer. Is this device on the internet, and does the firewall let UDP through?
advice-lan-off = The search in the local network is switched off. If the other device is near, switch it on.
advice-listens-here-only = This device only listens to itself. Start it with an address that others reach.
advice-port = If both devices are behind routers, let the router of one forward the port, or use a relay.
advice-other-on = Is the other device switched on, and is the folder added there, too?
routes-title = Ways that were tried
routes-none = No address of another device is known yet. Devices that connect by themselves need none.
routes-more = { $routes ->
    [one] and { $routes } more
   *[other] and { $routes } more
  }
route-connected = Connected
route-trying = Being tried
route-given-up = Given up
route-not-yet = Not tried yet
route-failed = Failed
route-waiting = Again in { $seconds } s
route-source-host = Typed in
route-source-lan = Local network
route-source-tracker = Tracker
route-source-dht = DHT
route-source-relay = Relay
searches-title = Where others are searched for
searches-closed = Closed system: nothing is searched for.
finder-lan = Local network
finder-tracker = Tracker
finder-dht = DHT
finder-relay = Relay
finder-on = On
finder-off = Off
finder-not-asked = Nobody was asked yet.
asked-working = { $found ->
    [0] Works, none found
    [one] Works, { $found } found
   *[other] Works, { $found } found
  }
asked-waiting = Waiting
asked-failed = Failed
