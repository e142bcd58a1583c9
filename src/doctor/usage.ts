export const DOCTOR_USAGE = `genesys-guest-bff doctor [--json] [--url URL] [--send] [--ignore CHECK]… [--site NAME] [--report FILE]

Checks everything that a guest's conversation needs, with the service's settings, and reports what is wrong.

  --json          print the results as JSON
  --url URL       the running service's address, as guests' browsers see it; default PUBLIC_URL
  --send          also send a message to an agent. Without it, no agent is involved
  --ignore CHECK  treat this check's failure as a warning; repeatable
  --site NAME     with SITES_FILE: check only this site; default all sites in turn
  --report FILE   write the shape of Genesys' responses, without any values, for the maintainers

Exit status: 0 no check failed, 1 a check failed, 2 the settings or these options are invalid.
`
