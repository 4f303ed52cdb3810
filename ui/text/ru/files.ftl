parts-here = Это устройство
parts-nobody = Ни у кого на связи этого файла пока нет.
parts-more = { $peers ->
    [one] И ещё { $peers } устройство.
    [few] И ещё { $peers } устройства.
    [many] И ещё { $peers } устройств.
   *[other] И ещё { $peers } устройства.
  }
