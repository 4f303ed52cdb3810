welcome-title = Добро пожаловать в Berrysync
welcome-lead = Ваши папки одинаковы на всех ваших устройствах. И ничего не хранится у посторонних.
set-up-password-about = Придумайте пароль для этой страницы. Заводского пароля нет, этот будете знать только вы.
set-up-action = Задать пароль и продолжить
log-in-title = Вход
log-in-lead = Пароль устройства { $device }
log-in-action = Войти
log-in-forgot = Забыли? На самом устройстве команда «berrysync password» задаёт новый пароль.
password = Пароль
password-again = Пароль ещё раз
password-show = Показать пароль
password-hide = Скрыть пароль
password-differs = Пароли не совпадают.
password-missing = Введите пароль.
password-length-short = { $more ->
    [one] Слишком короткий: нужен ещё { $more } символ
    [few] Слишком короткий: нужно ещё { $more } символа
    [many] Слишком короткий: нужно ещё { $more } символов
   *[other] Слишком короткий: нужно ещё { $more } символа
  }
password-length-fair = Сойдёт. Чем длиннее, тем лучше: три-четыре слова легко запомнить.
password-length-good = Хороший
password-length-strong = Надёжный
device-name = Имя этого устройства
device-name-about = Его видят другие устройства. Можно оставить как есть.
confirm-title = Введите пароль ещё раз
confirm-lead = Для этого действия нужен пароль, чтобы его не мог выполнить тот, кто увидит открытую страницу.
confirm-action = Продолжить
