#!/bin/sh
# Writes the service file of avahi. The port is that of --web in BERRYSYNC_OPTIONS; without one there is nothing to announce.
set -e
file=/etc/avahi/services/berrysync.service
port=
set -f
for word in ${BERRYSYNC_OPTIONS-}; do
  if [ "${before-}" = --web ]; then port=${word##*:}; fi
  before=$word
done
case $port in
  '' | *[!0-9]*) rm -f "$file"; exit 0 ;;
esac
cat > "$file.new" <<END
<?xml version="1.0" standalone='no'?>
<!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<service-group>
  <name replace-wildcards="yes">Berrysync on %h</name>
  <service><type>_http._tcp</type><port>$port</port><txt-record>path=/</txt-record></service>
</service-group>
END
mv "$file.new" "$file"
