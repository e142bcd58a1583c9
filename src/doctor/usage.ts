export const DOCTOR_USAGE = `genesys-guest-bff doctor [--json] [--url URL] [--send] [--ignore CHECK]… [--site NAME] [--report FILE]

Looks at everything that a guest's conversation needs, with the settings that the service has, and names what is wrong.

  --json          the same as JSON
  --url URL       address of the running service, as guests' browsers see it; default PUBLIC_URL
  --send          send a message to an agent, too. Without it no agent hears of this
  --ignore CHECK  take this check's failure for a warning; may be given several times
  --site NAME     with SITES_FILE: this site alone; default each in turn
  --report FILE   write how Genesys answers, without any value, for the maintainers

Exit status: 0 good, 1 a check has failed, 2 the settings or these options are wrong.
`
