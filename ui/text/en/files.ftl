parts-here = This device
parts-nobody = No connected device has any of it.
parts-more = { $peers ->
    [one] And { $peers } more device.
   *[other] And { $peers } more devices.
  }
