sharing-joining = С этим устройством папкой ещё не поделились. Потом здесь будет видно, у кого она ещё есть.
sharing-refused = Присоединиться к папке не удалось, так что делиться пока нечем.
share-title = Поделиться папкой
share-about = Передайте секрет: по нему можно присоединиться с любого устройства.
share-about-read-only = Это устройство только получает файлы, поэтому и передать может только такой доступ.
share-read-only = Только чтение
share-read-only-about = Получают всё. Их изменения остаются у них.
share-one-time-read-only = Только чтение, один раз
share-one-time-read-only-about = Впускает одно устройство. Оно только получает файлы и не может поделиться папкой дальше.
share-full = Полный доступ
share-full-about = Добавляют, меняют и удаляют файлы у всех и могут впускать других. Для ваших собственных устройств.
share-one-time-full = Полный доступ, один раз
share-one-time-full-about = Впускает одно устройство. Оно меняет файлы у всех, но поделиться папкой дальше не может.
share-secret = Секрет
share-qr = QR-код, чтобы присоединиться к папке { $folder }
share-qr-about = Отсканируйте его на другом устройстве: «Добавить папку».
share-copy-secret = Скопировать секрет
share-copy-link = Скопировать ссылку
share-hand-over = Отправить
share-hand-over-title = Присоединиться к папке { $folder }
share-hosts = Другое устройство само не находит это?
share-hosts-label = Адреса в ссылке и коде
share-hosts-about = Где доступно это устройство, в виде адрес:порт. Не больше { $most }.
share-hosts-wrong = «{ $value }» — не адрес с портом.
share-hosts-own = Вставить { $host }
share-full-hidden = Кто увидит полный секрет, получит власть над папкой. Убедитесь, что никто не смотрит через плечо.
share-full-show = Показать полный секрет
share-full-hide = Скрыть
share-full-shown = Через минуту он снова скроется.
share-one-time-life = Срок действия
share-hours = { $hours ->
    [one] { $hours } час
    [few] { $hours } часа
    [many] { $hours } часов
   *[other] { $hours } часа
  }
share-one-time-make = Создать одноразовый секрет
share-one-time-once = Он показан только сейчас и сработает один раз. При этом устройство должно быть в сети. Срок истекает
members-title = Участники
members-count = { $members ->
    [one] { $members } устройство, в сети: { $online }
    [few] { $members } устройства, в сети: { $online }
    [many] { $members } устройств, в сети: { $online }
   *[other] { $members } устройства, в сети: { $online }
  }
members-why = Почему никого нет на связи?
members-none-title = Пока больше никого
members-none-about = Передайте секрет, и присоединившиеся устройства появятся здесь.
members-search = Найти устройство
members-not-found = Устройства с таким именем нет.
member-waiting = Ждёт, чтобы его впустили
member-waiting-about = У него есть секрет только для чтения, но оно ничего не получит, пока вы его не впустите. Если устройство вам незнакомо, пусть ждёт.
member-revoked = Исключено
member-awaited = Не появлялось со смены секрета
member-never = Ещё не подключалось
member-away = Не в сети, было
member-needs = { $files ->
    [one] Получает ещё { $files } файл, { BYTES($bytes) }
    [few] Получает ещё { $files } файла, { BYTES($bytes) }
    [many] Получает ещё { $files } файлов, { BYTES($bytes) }
   *[other] Получает ещё { $files } файла, { BYTES($bytes) }
  }
member-direct = В сети
member-relay = В сети через ретранслятор
member-asks = Устройство { $device } просит впустить его. Оно будет получать всё и ничего не сможет менять.
member-approve = Впустить
member-was-approved = Устройство { $device } впущено.
member-revoke = Исключить
member-revoke-and-rotate-about = У него есть сам полный секрет. Одного исключения мало: потом смените секрет, внизу страницы.
member-rotate-about = У него есть сам секрет только для чтения. Закрыть доступ можно только сменой секрета, внизу страницы.
member-role = Доступ
member-came = Как появилось
member-came-secret = По секрету папки
member-came-waiting = С секретом только для чтения
member-came-invited = Впустило устройство { $device }
member-via = Связь
member-via-direct = Напрямую
member-via-relay = Через ретранслятор
member-address = Адрес
member-still-needs = Ему ещё нужно
member-needs-nothing = Ничего, у него есть всё
member-speeds = Скорость сейчас
member-passed = С момента подключения
member-first-seen = Впервые в сети
member-last-seen = Последний раз в сети
revoke-title = Исключить устройство { $device }?
revoke-does = Все устройства папки перестанут с ним работать: нового оно не получит, и его изменения никто не примет.
revoke-keeps = То, что у него уже есть, останется на его диске. Удалить файлы там не может никто.
revoke-wrote = Прежние его изменения в папке сохранятся.
revoke-holds-secret = У него есть сам полный секрет, и оно может вернуться под видом другого. После исключения смените секрет.
revoke-may-return = Если для входа хватает секрета, оно может вернуться под видом другого. Чтобы этого не случилось, после исключения смените секрет.
invites-title = Одноразовые секреты
invites-about = Каждый впускает одно устройство, после этого он бесполезен.
invites-none = Действующих нет.
invites-over = { $invites ->
    [one] Использованные и истёкшие: { $invites }
    [few] Использованные и истёкшие: { $invites }
    [many] Использованные и истёкшие: { $invites }
   *[other] Использованные и истёкшие: { $invites }
  }
invite-state-open = Действует
invite-state-redeemed = Использован
invite-state-expired = Истёк
invite-state-cancelled = Отменён
invite-state-restored = Неизвестно
invite-used-by = Использовало устройство { $device }
invite-made = Создан
invite-cancel = Отменить
invite-cancel-title = Отменить этот одноразовый секрет?
invite-cancel-about = Присоединиться по нему больше никто не сможет. Кто уже присоединился, останется.
invite-cancel-action = Отменить секрет
admission-title = Кто может присоединиться
admission-about = Действует на всех устройствах папки.
admission-not-yours = Это решают только устройства с полным доступом.
admission-secret = Любой, у кого есть секрет
admission-secret-about = Кто знает секрет папки, присоединяется сразу.
admission-approval = Когда кто-нибудь впустит
admission-approval-about = Пришедшие с секретом только для чтения ждут, пока их впустит кто-нибудь с полным доступом.
admission-invite = Только по одноразовому секрету
admission-invite-about = Одного секрета для чтения больше не хватит. Те, у кого есть полный секрет, присоединятся по-прежнему.
rotation-title = Сменить секрет
rotation-about = На случай, если секрет попал в чужие руки: папка получит новый, а прежние потеряют силу.
rotation-open = Что изменится
rotation-moving = Перейдут сами
rotation-moving-about = Каждое получит новый секрет, как только будет на связи. Сначала исключите тех, кто не должен.
rotation-left = Останутся без папки
rotation-left-about = У них есть только секрет. Имеющиеся файлы останутся у них, а новых не будет, пока вы не дадите новый секрет.
rotation-more = { $devices ->
    [one] и ещё { $devices }
    [few] и ещё { $devices }
    [many] и ещё { $devices }
   *[other] и ещё { $devices }
  }
rotation-invites = { $invites ->
    [one] Будет отменён { $invites } действующий одноразовый секрет.
    [few] Будут отменены { $invites } действующих одноразовых секрета.
    [many] Будут отменены { $invites } действующих одноразовых секретов.
   *[other] Будут отменены { $invites } действующего одноразового секрета.
  }
rotation-warning = Отменить это нельзя. Ни один файл нигде не удаляется.
rotation-sure = Я знаю, кто останется без папки.
rotation-done = У папки { $folder } новый секрет.
