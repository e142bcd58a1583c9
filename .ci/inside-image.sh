# Runs in a shell inside the image: the service must respond, must not run as root, and must stop within five seconds of SIGTERM.
set -eu
test "$(id -u)" = 1000
for tool in npm npx corepack yarn; do ! command -v $tool || exit 1; done
test ! -w /app

export PORT=3977 ALLOWED_ORIGINS=https://www.example.com GENESYS_REGION=eu-west-1
export GENESYS_DEPLOYMENT_ID=00000000-0000-4000-8000-000000000000 NODE_ENV=production
SESSION_KEYS=$(node -e 'process.stdout.write(crypto.randomBytes(32).toString("base64"))')
export SESSION_KEYS
# No request from this check may leave the machine.
for host in API LOGIN CDN; do export GENESYS_${host}_URL=http://127.0.0.1:9; done
export GENESYS_MESSAGING_URL=ws://127.0.0.1:9

# Nothing listens there, which the doctor must report.
status=0
diagnosis=$(node dist/doctor.js --json) || status=$?
test $status = 1
echo "$diagnosis" | grep -q '"firstFailure": "connection"'

node dist/main.js &
service=$!
healthy() {
  node -e 'fetch("http://127.0.0.1:3977/healthz").then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))'
}
tries=0
until healthy; do tries=$((tries + 1)); test $tries -lt 50; sleep 0.2; done

asked=$(date +%s)
kill -TERM $service
wait $service
test $(($(date +%s) - asked)) -le 5
echo "responded to /healthz as user $(id -u) and stopped on SIGTERM"
