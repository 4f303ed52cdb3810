appearance = This page
appearance-about = Kept in this browser; others have their own.
theme = Appearance
theme-system = As the system
theme-light = Light
theme-dark = Dark
speed-unit = Speeds in
speed-unit-bytes = Bytes
speed-unit-bits = Bits
save = Save
list-none = none
list-add = Add
list-add-label = One more: { $label }
list-remove = Remove { $value }
list-count = { $entries ->
    [one] { $entries } entry
   *[other] { $entries } entries
  }
preferences-sections = Sections of the preferences
preferences-general = General
preferences-limits = Limits
preferences-network = Network
preferences-closed = Closed system
preferences-web = This page and access
preferences-directories = Directories
preferences-advanced = Advanced
preferences-device = This device
preferences-version = Version
preferences-device-id = Device id
preferences-restart = Comes into force when Berrysync is started again.
preferences-this-run = An option says { $value } instead until Berrysync is started again.
device-label-name = Name
device-about-name = Other devices show it, and it stands in the names of conflict copies.
device-fault-name = A name has 1 to 64 characters, all of them printable.
device-label-listen = Address for other devices
device-about-listen = Address and port where other devices reach this one. 0.0.0.0 is every address it has.
device-fault-listen = Write an address and a port, like 0.0.0.0:4444.
device-label-web = Address of this page
device-about-web = Address and port, or “off” for no page at all. With 127.0.0.1 only this computer sees it, with 0.0.0.0 the local network does.
device-fault-web = Write an address and a port, like 0.0.0.0:8888, or off.
device-label-https = HTTPS
device-about-https = Seals what travels between a browser and this device. The certificate is made here, so each browser asks about it once.
device-label-webNames = Names allowed
device-about-webNames = Names by which browsers may ask for this device, besides its own and its addresses. Others are refused, so that no strange page can reach in.
device-fault-webNames = Write a name or an address without http:// and port, like nas.example; no more than 20.
device-label-closed = Closed system
device-about-closed = Nothing goes anywhere but to the predefined hosts of folders, whatever their switches say.
device-label-trackers = Trackers
device-about-trackers = Servers that tell devices of a folder each other’s addresses. They learn a code of the folder; no file, no name, no secret.
device-fault-trackers = Write the address of a tracker, like udp://tracker.example:6969; no more than 20.
device-label-relays = Relays
device-about-relays = They pass on sealed data where no direct way leads.
device-fault-relays = Write a name and a port, like relay.example:4446.
device-label-dhtBootstrap = Entrances of the DHT
device-about-dhtBootstrap = Nodes through which the public network of all devices is entered.
device-fault-dhtBootstrap = Write a name and a port, like dht.example:6881.
device-label-portMapping = Ask the router
device-about-portMapping = The router is asked to let other devices in (UPnP). Else this device may connect to them, but not they to it.
device-label-links = Connections of a folder
device-about-links = Devices one folder is connected to at a time.
device-fault-links = Write a whole number from 4 to 1000.
device-label-uploadLimit = Send at most
device-about-uploadLimit = All folders together.
device-fault-uploadLimit = Write how much a second, 1 KiB or more. Leave it empty for no limit.
device-label-downloadLimit = Receive at most
device-about-downloadLimit = All folders together.
device-fault-downloadLimit = Write how much a second, 1 KiB or more. Leave it empty for no limit.
device-label-cipher = Cipher
device-about-cipher = What connections that this device opens are sealed with. Both are safe; ChaCha20 is faster on processors without AES.
device-fault-cipher = Choose one of the list.
device-label-metrics = Numbers for Prometheus
device-about-metrics = For programs that watch machines: numbers of this device at /metrics, with a token.
device-label-uploads = Sent to at a time
device-about-uploads = Devices that files are sent to at a time; others wait for their turn. Fewer get each done sooner.
device-fault-uploads = Write a whole number from 1 to 64.
device-label-limitLan = Limits hold in the local network, too
device-about-limitLan = Else devices in the same home or office are as fast as they can.
device-label-ssdp = Show under Network
device-about-ssdp = Computers in the local network list this device, Windows under Network. Not in a closed system.
device-label-ledPin = Green LED
device-about-ledPin = The GPIO number it is wired to, or off. Only on a Raspberry Pi made into an appliance.
device-fault-ledPin = Write a number from 0 to 27 that nothing else uses, or off.
device-label-attentionPin = Amber LED
device-about-attentionPin = The GPIO number it is wired to, or off. It says that something needs you.
device-fault-attentionPin = Write a number from 0 to 27 that nothing else uses, or off.
device-label-buttonPin = Button
device-about-buttonPin = The GPIO number it is wired to, or off. The button connects it to ground.
device-fault-buttonPin = Write a number from 0 to 27 that nothing else uses, or off.
device-label-limitSchedule = Weekly schedule
device-about-limitSchedule = Other limits at certain times, by the clock of the device.
device-fault-limitSchedule = The device did not take this entry.
device-label-roots = Directories for folders
device-about-roots = Folders can be made and added in a browser below these directories, and nowhere else. The command line can add any.
device-fault-roots = Write an absolute path, like /srv; no more than 32.
limits-title = Speed limits
schedule-none = No entry yet: the limits above always hold.
schedule-entries = Entries of the schedule
schedule-order = Where entries overlap, the later one holds. Tap two hours of the week to write an entry for what lies between them.
schedule-grid = Week by hours
schedule-hour = Hour
schedule-add = Add an entry
schedule-edit-title = Change the entry
schedule-edit = Change { $when }
schedule-remove = Remove { $when }
schedule-add-action = Add to the schedule
schedule-edit-action = Save the entry
schedule-days = Days
schedule-from = From
schedule-to = Until
schedule-does = What holds then
schedule-kind-pause = Nothing passes
schedule-kind-limit = Other limits
schedule-rate = At most
schedule-rate-limit = limited
schedule-rate-free = without a limit
schedule-rate-usual = as at other times
schedule-daily = Every day
schedule-next-day = (the next day)
schedule-pause = nothing passes
schedule-as-usual = as usual
schedule-down = receiving: { $rate }
schedule-up = sending: { $rate }
schedule-fault-days = Choose a day at least.
schedule-fault-time = It ends when it begins. The whole day is from midnight to midnight.
schedule-fault-effect = Say what is to be different for receiving or sending.
schedule-fault-rate = The slowest limit is 1 KiB a second: other devices would take a slower one for a device that has stopped.
network-reach-title = Being reached
network-reach-about = Two devices connect if at least one of them can be reached.
network-reach-unknown = No folder is active, so nobody knows.
network-search-title = Finding devices
network-search-about = Which of these a folder uses is switched in the folder.
reach-reachable = Can be reached
reach-about-reachable = Devices outside the local network have connected to this one.
reach-likely = Can be reached, most likely
reach-about-likely = The router lets other devices in, or this device has an address of its own. Nobody has come yet.
reach-relayed = Through a relay
reach-about-relayed = Devices outside the local network come through a relay, which is slower. Opening the port in the router makes it faster.
reach-unlikely = Hardly reached
reach-about-unlikely = Devices outside the local network can hardly connect to this one; it connects to those that can be reached. Opening the port in the router helps.
reach-closed = Cannot be reached
reach-about-closed = It only listens to programs on this device. It can connect to others.
router-working = Router { $router }: lets devices in.
router-failed = Router { $router }: could not be asked.
router-waiting = Router { $router }: being asked.
closed-about = For a group of your own machines that know each other’s addresses. Files keep in sync with predefined hosts; Berrysync lets nobody else hear anything of this device.
leaving-title = What leaves this device
leaving-about = Of folders that are not paused. Files themselves only ever go, sealed, to devices that share the folder.
leaving-now = Now
leaving-closed = Closed
leaving-yes = leaves
leaving-no = nothing
leaving-lan = Search in the local network
leaving-lan-about = { $folders ->
    [0] No folder searches it.
    [one] { $folders } folder calls for its devices, at most as far as the router.
   *[other] { $folders } folders call for their devices, at most as far as the router.
  }
leaving-tracker = Questions to trackers
leaving-tracker-about = { $folders ->
    [0] No folder asks them.
    [one] { $folders } folder, { $targets ->
        [one] { $targets } tracker.
       *[other] { $targets } trackers.
      }
   *[other] { $folders } folders, { $targets ->
        [one] { $targets } tracker.
       *[other] { $targets } trackers.
      }
  }
leaving-dht = Search in the DHT
leaving-dht-about = { $folders ->
    [0] No folder searches it.
    [one] { $folders } folder searches the public network of all devices.
   *[other] { $folders } folders search the public network of all devices.
  }
leaving-relay = Connections through relays
leaving-relay-about = { $targets ->
    [0] No relay is set.
    [one] { $targets } relay; folders that use it: { $folders }.
   *[other] { $targets } relays; folders that use them: { $folders }.
  }
leaving-router = Question to the router
leaving-router-about = It is asked to let other devices in. It never goes further than the router.
leaving-ssdp = Showing itself in the local network
leaving-ssdp-about = Computers there list this device with its name and the address of this page (SSDP).
leaving-system = The system of the appliance
leaving-system-about = It answers to its name in the local network (mDNS), asks the router for an address (DHCP), and time servers for the time (NTP). No switch here ends that.
leaving-hosts = Connections to predefined hosts
leaving-hosts-about = { $folders ->
    [0] No folder has any.
    [one] { $folders } folder; addresses: { $targets }.
   *[other] { $folders } folders; addresses: { $targets }.
  }
web-title = This page
web-address = Now at
web-fingerprint = Fingerprint of the certificate
password-change-about = Every other browser is logged out when it changes.
password-new = New password
password-change-action = Change the password
password-was-changed = The password was changed, and every other browser was logged out.
sessions-title = Browsers that are logged in
sessions-about = Who logged in and did not log out again.
sessions-unknown = Unknown browser
sessions-own = This one
sessions-last-used = seen
sessions-end-others = Log out all others
sessions-end-action = Log them out
sessions-end-about = Every browser but this one has to type the password again. Folders go on syncing.
tokens-title = Tokens for programs
tokens-about = With a token a program steers this device without the password. Whoever has one can do what it allows.
tokens-none = No program has one.
tokens-make = Make a token
token-name = What it is for
token-name-about = So that you know later which one to revoke.
token-name-missing = Write what it is for.
token-scope = It may
token-scope-read = see
token-scope-control = see and steer
token-scope-about = No token reveals full secrets or changes the password.
token-life = It holds
token-life-month = 30 days
token-life-year = a year
token-life-never = until it is revoked
token-make-action = Make it
token-once = Copy it now: it is shown this once, and nobody can see it again.
token-copy = Copy the token
token-use = Programs send it with every request:
token-unused = never used
token-used = used
token-ends = ends
token-revoke = Revoke { $name }
token-revoke-action = Revoke it
token-revoke-about = The program that uses it cannot do anything here any more. Folders go on syncing.
directories-about = A browser sees nothing of this device’s disk outside of them.
advanced-about = Good as they are for almost everybody.
cipher-aes = AES-256-GCM
cipher-chacha = ChaCha20-Poly1305
