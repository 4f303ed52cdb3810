transfers-empty-title = Nothing on its way
transfers-empty-about = Everything known is here, and no other device needs anything. What moves shows up by itself.
transfers-empty-waiting = What is still to come waits for a device that has it, or for a folder that is paused.
transfers-totals = All folders together
transfers-left = Still to come
transfers-left-nothing = Nothing
transfers-files = { $files ->
    [one] { $files } file on its way
   *[other] { $files } files on their way
  }
transfers-files-label = Files on their way
transfers-progress = Progress of { $file }
transfers-have = { $have } of { $of }
transfers-holders = { $holders ->
    [0] nobody online has it
    [one] from { $holders } device
   *[other] from { $holders } devices
  }
transfers-asked = asked for before others
transfers-parts-open = Show who has which part
transfers-parts-about = From left to right as in the file: the fuller a stretch is, the more of it is there.
transfers-parts-over = It is here now, or not on its way any more.
transfers-peers = { $peers ->
    [one] { $peers } device takes part
   *[other] { $peers } devices take part
  }
transfers-peers-label = Devices that take part
transfers-needs = { $files ->
    [one] needs { $files } more file, { BYTES($bytes) }
   *[other] needs { $files } more files, { BYTES($bytes) }
  }
left-none = all here
left-unknown = waiting
left-nobody = nobody has it now
left-moment = a few seconds left
left-seconds = { $seconds ->
    [one] about { $seconds } second left
   *[other] about { $seconds } seconds left
  }
left-minutes = { $minutes ->
    [one] about { $minutes } minute left
   *[other] about { $minutes } minutes left
  }
left-hours = { $hours ->
    [one] about { $hours } hour left
   *[other] about { $hours } hours left
  }
left-days = { $days ->
    [one] about { $days } day left
   *[other] about { $days } days left
  }
left-long = more than a month left
limits-none = No limit holds now.
limits-any = any
limits-paused = The schedule lets nothing pass now.
limits-settings-lan = Limits: { $down } receiving, { $up } sending, within the local network as well.
limits-settings-outside = Limits: { $down } receiving, { $up } sending; the local network is free of them.
limits-schedule-lan = Limits by the schedule: { $down } receiving, { $up } sending, within the local network as well.
limits-schedule-outside = Limits by the schedule: { $down } receiving, { $up } sending; the local network is free of them.
limits-until = Until { $time }.
limits-change = Change limits
speed-title = How fast it was
speed-span = Time shown
speed-span-minutes = 10 minutes
speed-span-hours = Hours
speed-span-days = Days
speed-summary-minutes = In the last ten minutes { $received } came and { $sent } went; at most { $mostReceived } in, { $mostSent } out.
speed-summary-hours = In the last thirty days { $received } came and { $sent } went; in one hour at most { $mostReceived } in, { $mostSent } out.
speed-summary-days = In the last thirty days { $received } came and { $sent } went; on one day at most { $mostReceived } in, { $mostSent } out.
speed-table = The same as a table
speed-table-time = When
speed-table-received = Received
speed-table-sent = Sent
