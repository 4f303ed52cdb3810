appearance = Эта страница
appearance-about = Запоминается в этом браузере; в других выбирается отдельно.
theme = Оформление
theme-system = Как в системе
theme-light = Светлое
theme-dark = Тёмное
speed-unit = Скорость
speed-unit-bytes = В байтах
speed-unit-bits = В битах
save = Сохранить
list-none = нет
list-add = Добавить
list-add-label = Ещё: { $label }
list-remove = Убрать { $value }
list-count = { $entries ->
    [one] { $entries } запись
    [few] { $entries } записи
    [many] { $entries } записей
   *[other] { $entries } записи
  }
preferences-sections = Разделы настроек
preferences-general = Общие
preferences-limits = Ограничения
preferences-network = Сеть
preferences-closed = Закрытая система
preferences-web = Страница и доступ
preferences-directories = Каталоги
preferences-advanced = Дополнительно
preferences-device = Это устройство
preferences-version = Версия
preferences-device-id = Идентификатор
preferences-restart = Вступит в силу после перезапуска Berrysync.
preferences-this-run = До перезапуска Berrysync вместо этого действует { $value }: так задано при запуске.
device-label-name = Имя
device-about-name = Его видят другие устройства, и оно стоит в именах конфликтных копий.
device-fault-name = В имени должно быть от 1 до 64 печатных символов.
device-label-listen = Адрес для других устройств
device-about-listen = Адрес и порт, по которым другие устройства связываются с этим. 0.0.0.0 — все его адреса.
device-fault-listen = Напишите адрес и порт, например 0.0.0.0:4444.
device-label-web = Адрес этой страницы
device-about-web = Адрес и порт или off, чтобы страницы не было вовсе. С 127.0.0.1 её видит только этот компьютер, с 0.0.0.0 — вся локальная сеть.
device-fault-web = Напишите адрес и порт, например 0.0.0.0:8888, или off.
device-label-https = HTTPS
device-about-https = Шифрует всё, что идёт между браузером и этим устройством. Сертификат создаётся здесь же, поэтому каждый браузер один раз о нём спросит.
device-label-webNames = Разрешённые имена
device-about-webNames = По каким именам браузеры могут обращаться к устройству, кроме его собственных имён и адресов. Остальные получают отказ, чтобы сюда не добрались чужие страницы.
device-fault-webNames = Напишите имя или адрес без http:// и порта, например nas.example; не больше 20.
device-label-closed = Закрытая система
device-about-closed = Ничего не уходит никуда, кроме заданных адресов папок, что бы ни было включено в самих папках.
device-label-trackers = Трекеры
device-about-trackers = Серверы, которые сообщают устройствам одной папки адреса друг друга. Они узнают код папки, но не файлы, имена или секрет.
device-fault-trackers = Напишите адрес трекера, например udp://tracker.example:6969; не больше 20.
device-label-relays = Ретрансляторы
device-about-relays = Передают зашифрованные данные там, где нет прямого пути.
device-fault-relays = Напишите имя и порт, например relay.example:4446.
device-label-dhtBootstrap = Входы в DHT
device-about-dhtBootstrap = Узлы, через которые устройство входит в общую сеть всех устройств.
device-fault-dhtBootstrap = Напишите имя и порт, например dht.example:6881.
device-label-portMapping = Обращаться к маршрутизатору
device-about-portMapping = Просить маршрутизатор пропускать другие устройства (UPnP). Без этого устройство, возможно, сможет только подключаться само.
device-label-links = Связей у папки
device-about-links = С каким числом устройств папка связана одновременно.
device-fault-links = Напишите целое число от 4 до 1000.
device-label-uploadLimit = Отдавать не быстрее
device-about-uploadLimit = Все папки вместе.
device-fault-uploadLimit = Напишите скорость, не меньше 1 КиБ/с. Пустое поле — без ограничения.
device-label-downloadLimit = Принимать не быстрее
device-about-downloadLimit = Все папки вместе.
device-fault-downloadLimit = Напишите скорость, не меньше 1 КиБ/с. Пустое поле — без ограничения.
device-label-cipher = Шифр
device-about-cipher = Чем шифруются соединения, которые открывает это устройство. Надёжны оба; ChaCha20 быстрее на процессорах без AES.
device-fault-cipher = Выберите из списка.
device-label-metrics = Показатели для Prometheus
device-about-metrics = Для программ, которые следят за машинами: показатели этого устройства по адресу /metrics, по токену.
device-label-uploads = Отдавать одновременно
device-about-uploads = Скольким устройствам файлы отдаются одновременно; остальные ждут очереди. Чем их меньше, тем скорее закончит каждое.
device-fault-uploads = Напишите целое число от 1 до 64.
device-label-limitLan = Ограничивать и в локальной сети
device-about-limitLan = Иначе устройства в том же доме или офисе работают на полной скорости.
device-label-ssdp = Показывать в сетевом окружении
device-about-ssdp = Компьютеры локальной сети видят это устройство в списке, Windows — в разделе «Сеть». В закрытой системе — нет.
device-label-ledPin = Зелёный светодиод
device-about-ledPin = Номер GPIO, к которому он подключён, или off. Только на Raspberry Pi, настроенном как готовое устройство.
device-fault-ledPin = Напишите номер от 0 до 27, который больше ничем не занят, или off.
device-label-attentionPin = Жёлтый светодиод
device-about-attentionPin = Номер GPIO, к которому он подключён, или off. Он сообщает, что требуется ваше внимание.
device-fault-attentionPin = Напишите номер от 0 до 27, который больше ничем не занят, или off.
device-label-buttonPin = Кнопка
device-about-buttonPin = Номер GPIO, к которому она подключена, или off. Кнопка замыкает его на землю.
device-fault-buttonPin = Напишите номер от 0 до 27, который больше ничем не занят, или off.
device-label-limitSchedule = Расписание на неделю
device-about-limitSchedule = Другие ограничения в определённое время, по часам устройства.
device-fault-limitSchedule = Устройство не приняло эту запись.
device-label-roots = Каталоги для папок
device-about-roots = Создавать и добавлять папки в браузере можно только внутри этих каталогов. Из командной строки можно добавить любой.
device-fault-roots = Напишите полный путь, например /srv; не больше 32.
limits-title = Ограничения скорости
schedule-none = Записей пока нет: ограничения выше действуют всегда.
schedule-entries = Записи расписания
schedule-order = Если записи пересекаются, действует более поздняя. Отметьте два часа недели, чтобы задать запись на время между ними.
schedule-grid = Неделя по часам
schedule-hour = Час
schedule-add = Добавить запись
schedule-edit-title = Изменить запись
schedule-edit = Изменить: { $when }
schedule-remove = Убрать: { $when }
schedule-add-action = Добавить в расписание
schedule-edit-action = Сохранить запись
schedule-days = Дни
schedule-from = С
schedule-to = До
schedule-does = Что действует
schedule-kind-pause = Ничего не передаётся
schedule-kind-limit = Другие ограничения
schedule-rate = Не быстрее
schedule-rate-limit = с ограничением
schedule-rate-free = без ограничения
schedule-rate-usual = как обычно
schedule-daily = Каждый день
schedule-next-day = (следующего дня)
schedule-pause = ничего не передаётся
schedule-as-usual = как обычно
schedule-down = приём: { $rate }
schedule-up = отдача: { $rate }
schedule-fault-days = Выберите хотя бы один день.
schedule-fault-time = Начало и конец совпадают. Целый день — от полуночи до полуночи.
schedule-fault-effect = Укажите, что изменится для приёма или отдачи.
schedule-fault-rate = Самое медленное ограничение — 1 КиБ/с: более медленное устройство другие приняли бы за остановившееся.
network-reach-title = Связь с этим устройством
network-reach-about = Два устройства связываются, если хотя бы одно из них доступно извне.
network-reach-unknown = Ни одна папка не работает, поэтому узнать не у кого.
network-search-title = Поиск устройств
network-search-about = Что из этого использует папка, включается в самой папке.
reach-reachable = Доступно
reach-about-reachable = С этим устройством уже связывались устройства не из локальной сети.
reach-likely = Скорее всего, доступно
reach-about-likely = Маршрутизатор пропускает другие устройства, или у этого есть собственный адрес. Пока никто не приходил.
reach-relayed = Через ретранслятор
reach-about-relayed = Устройства не из локальной сети связываются через ретранслятор, это медленнее. Быстрее станет, если открыть порт в маршрутизаторе.
reach-unlikely = Вряд ли доступно
reach-about-unlikely = Устройства не из локальной сети вряд ли смогут связаться с этим; оно само связывается с теми, что доступны. Поможет открыть порт в маршрутизаторе.
reach-closed = Недоступно
reach-about-closed = Соединения принимаются только от программ на самом устройстве. Само оно к другим подключиться может.
router-working = Маршрутизатор { $router } пропускает устройства.
router-failed = Маршрутизатор { $router } не ответил.
router-waiting = Маршрутизатор { $router }: ждём ответа.
closed-about = Для группы своих машин, знающих адреса друг друга. Файлы синхронизируются с заданными адресами, а больше никому Berrysync ничего об этом устройстве не сообщает.
leaving-title = Что уходит с этого устройства
leaving-about = Для папок, которые не приостановлены. Сами файлы уходят, всегда зашифрованными, только на устройства с той же папкой.
leaving-now = Сейчас
leaving-closed = В закрытой
leaving-yes = уходит
leaving-no = ничего
leaving-lan = Поиск в локальной сети
leaving-lan-about = { $folders ->
    [0] Ни одна папка так не ищет.
    [one] { $folders } папка ищет свои устройства, не дальше маршрутизатора.
    [few] { $folders } папки ищут свои устройства, не дальше маршрутизатора.
    [many] { $folders } папок ищут свои устройства, не дальше маршрутизатора.
   *[other] { $folders } папки ищут свои устройства, не дальше маршрутизатора.
  }
leaving-tracker = Запросы к трекерам
leaving-tracker-about = { $folders ->
    [0] Ни одна папка их не спрашивает.
    [one] { $folders } папка; трекеров: { $targets }.
    [few] { $folders } папки; трекеров: { $targets }.
    [many] { $folders } папок; трекеров: { $targets }.
   *[other] { $folders } папки; трекеров: { $targets }.
  }
leaving-dht = Поиск в DHT
leaving-dht-about = { $folders ->
    [0] Ни одна папка так не ищет.
    [one] { $folders } папка ищет в общей сети всех устройств.
    [few] { $folders } папки ищут в общей сети всех устройств.
    [many] { $folders } папок ищут в общей сети всех устройств.
   *[other] { $folders } папки ищут в общей сети всех устройств.
  }
leaving-relay = Связь через ретрансляторы
leaving-relay-about = { $targets ->
    [0] Ни один ретранслятор не задан.
    [one] { $targets } ретранслятор; папок, где он включён: { $folders }.
    [few] { $targets } ретранслятора; папок, где они включены: { $folders }.
    [many] { $targets } ретрансляторов; папок, где они включены: { $folders }.
   *[other] { $targets } ретранслятора; папок, где они включены: { $folders }.
  }
leaving-router = Просьба к маршрутизатору
leaving-router-about = Его просят пропускать другие устройства. Дальше маршрутизатора это не уходит.
leaving-ssdp = Видимость в локальной сети
leaving-ssdp-about = Компьютеры в ней показывают это устройство с его именем и адресом этой страницы (SSDP).
leaving-system = Система самого устройства
leaving-system-about = Она отзывается на своё имя в локальной сети (mDNS), получает адрес от маршрутизатора (DHCP) и время от серверов времени (NTP). Здесь это не выключается.
leaving-hosts = Связь с заданными адресами
leaving-hosts-about = { $folders ->
    [0] Ни у одной папки их нет.
    [one] { $folders } папка; адресов: { $targets }.
    [few] { $folders } папки; адресов: { $targets }.
    [many] { $folders } папок; адресов: { $targets }.
   *[other] { $folders } папки; адресов: { $targets }.
  }
web-title = Эта страница
web-address = Сейчас по адресу
web-fingerprint = Отпечаток сертификата
password-change-about = После смены пароля во все другие браузеры придётся войти заново.
password-new = Новый пароль
password-change-action = Сменить пароль
password-was-changed = Пароль изменён. В других браузерах придётся войти заново.
sessions-title = Браузеры, где выполнен вход
sessions-about = Те, кто вошёл и не вышел.
sessions-unknown = Неизвестный браузер
sessions-own = Этот
sessions-last-used = был здесь
sessions-end-others = Выйти во всех остальных
sessions-end-action = Выйти в них
sessions-end-about = Во всех браузерах, кроме этого, придётся снова ввести пароль. Папки продолжат синхронизироваться.
tokens-title = Токены для программ
tokens-about = С токеном программа управляет устройством без пароля. Владеющий токеном может всё, что тот разрешает.
tokens-none = Токенов пока нет.
tokens-make = Создать токен
token-name = Для чего он
token-name-about = Чтобы потом было понятно, какой отозвать.
token-name-missing = Напишите, для чего он.
token-scope = Он разрешает
token-scope-read = смотреть
token-scope-control = смотреть и управлять
token-scope-about = Ни один токен не покажет полный секрет и не сменит пароль.
token-life = Действует
token-life-month = 30 дней
token-life-year = год
token-life-never = пока его не отзовут
token-make-action = Создать
token-once = Скопируйте сейчас: токен показывается один раз, больше его никто не увидит.
token-copy = Скопировать токен
token-use = Программы передают его с каждым запросом:
token-unused = не использовался
token-used = использован
token-ends = истекает
token-revoke = Отозвать: { $name }
token-revoke-action = Отозвать
token-revoke-about = Программа, которая им пользуется, больше ничего не сможет здесь сделать. Папки продолжат синхронизироваться.
directories-about = Больше ничего на диске этого устройства браузер не видит.
advanced-about = Почти всем подходят такими, какие есть.
cipher-aes = AES-256-GCM
cipher-chacha = ChaCha20-Poly1305
