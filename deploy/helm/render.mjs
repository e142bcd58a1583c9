// Renders the chart to objects.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'

/** Stated explicitly, because a helm built by `go install` assumes Kubernetes 1.20. */
export const KUBERNETES = '1.33.0'

/** Where .ci/ensure-helm installs missing tools. */
const CACHE = join(homedir(), '.cache/genesys-guest-bff')
export const VALIDATOR = join(CACHE, 'kubernetes-validate/bin/kubernetes-validate')
export const HELM = existsSync(join(CACHE, 'bin/helm')) ? join(CACHE, 'bin/helm') : 'helm'

/** @param values the name of a file in value-sets @param options further helm options, such as `--set` */
export function render(values, ...options) {
  const chart = import.meta.dirname
  const { status, stdout, stderr } = spawnSync(
    HELM,
    ['template', 'chat', chart, '--namespace', 'web', '--kube-version', KUBERNETES]
      .concat('--values', join(chart, 'value-sets', `${values}.yaml`))
      .concat(options),
    { encoding: 'utf8' },
  )
  if (status !== 0)
    throw new Error(`helm template of ${values}: ${stderr || 'is helm installed? .ci/ensure-helm'}`)
  return parseAllDocuments(stdout)
    .map((document) => document.toJS())
    .filter((object) => object !== null)
}

export const named = (objects, kind, end = '') =>
  objects.find((object) => object.kind === kind && object.metadata.name.endsWith(`guest-bff${end}`))
