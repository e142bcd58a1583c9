// Renders the chart with each file in value-sets, checks every object against the Kubernetes schemas and against the other objects,
// and runs the built service with exactly the environment, probes and grace period of the rendered Deployment.
// Needs helm and kubernetes-validate (.ci/ensure-helm) and a build. Nothing leaves 127.0.0.1.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { readConfig } from '../../dist/index.js'
import { startSimulator } from '../../dist/simulator.js'
import { HELM, KUBERNETES, VALIDATOR, named, render } from './render.mjs'
import { freePort } from '../../load/harness/free-port.mjs'

/** Kinds that are defined by an operator and are not part of Kubernetes. */
const OPERATORS_KINDS = new Set(['ServiceMonitor', 'PrometheusRule'])
const SECRETS = {
  SESSION_KEYS: randomBytes(32).toString('base64'),
  REDIS_URL: 'rediss://redis.example.com',
}
const folder = mkdtempSync(join(tmpdir(), 'guest-bff-helm-'))

try {
  const lint = spawnSync(
    HELM,
    [
      'lint',
      '--strict',
      '--kube-version',
      KUBERNETES,
      import.meta.dirname,
      '--values',
      valueFile('smallest'),
    ],
    { encoding: 'utf8' },
  )
  assert.equal(lint.status, 0, lint.stdout)
  const sets = readdirSync(join(import.meta.dirname, 'value-sets')).map((file) => file.replace('.yaml', ''))
  for (const set of sets) {
    const objects = render(set)
    validate(set, objects)
    fitTogether(objects)
    areTaken(set, objects)
    process.stdout.write(`${set}: ${objects.length} objects are valid and fit together\n`)
  }
  hasAllKinds(render('everything'))
  refusesWrongValues()
  refusesAsTheServiceDoes()
  isCalledAsDocumented()
  keepsGuestsOnTheirReplica()
  await runsAsRendered()
} finally {
  rmSync(folder, { recursive: true })
}

function validate(set, objects) {
  const files = objects
    .filter(({ kind }) => !OPERATORS_KINDS.has(kind))
    .map((object, i) => {
      const file = join(folder, `${set}-${i}-${object.kind}.yaml`)
      writeFileSync(file, JSON.stringify(object))
      return file
    })
  const version = KUBERNETES.replace(/\.\d+$/, '')
  const { error, status, stdout, stderr } = spawnSync(
    VALIDATOR,
    ['--strict', '--quiet', '-k', version, ...files],
    { encoding: 'utf8' },
  )
  assert.equal(error, undefined, 'kubernetes-validate is missing: .ci/ensure-helm')
  assert.equal(status, 0, `${stdout}${stderr}`)
}

/** Checks what no schema can: that names and labels refer to something that exists. */
function fitTogether(objects) {
  const deployments = objects.filter(({ kind }) => kind === 'Deployment')
  const podsOf = (selector) =>
    deployments.filter(({ spec }) => includes(spec.template.metadata.labels, selector))
  const exists = (kind, name) =>
    assert.ok(
      objects.some((it) => it.kind === kind && it.metadata.name === name),
      `${kind} ${name} is missing`,
    )
  const ids = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)
  assert.equal(new Set(ids).size, ids.length)

  for (const { kind, metadata, spec } of objects) {
    const where = `${kind} ${metadata.name}`
    if (kind === 'Deployment')
      assert.deepEqual(
        podsOf(spec.selector.matchLabels).map((it) => it.metadata.name),
        [metadata.name],
        where,
      )
    if (kind === 'Service') {
      const pods = podsOf(spec.selector)
      assert.equal(pods.length, 1, where)
      const ports = pods[0].spec.template.spec.containers[0].ports.map(({ name }) => name)
      for (const { targetPort } of spec.ports)
        assert.ok(ports.includes(targetPort), `${where} leads to ${targetPort}`)
    }
    if (kind === 'PodDisruptionBudget') assert.equal(podsOf(spec.selector.matchLabels).length, 1, where)
    if (kind === 'NetworkPolicy') assert.equal(podsOf(spec.podSelector.matchLabels).length, 1, where)
    if (kind === 'HorizontalPodAutoscaler') {
      exists('Deployment', spec.scaleTargetRef.name)
      const target = deployments.find((it) => it.metadata.name === spec.scaleTargetRef.name)
      assert.equal(
        target.spec.replicas,
        undefined,
        'a Deployment that is scaled must not have a number of replicas',
      )
      assert.ok(
        target.spec.template.spec.containers[0].resources.requests.cpu,
        'scaling by CPU needs a CPU request',
      )
    }
    if (kind === 'Ingress') exists('Service', spec.rules[0].http.paths[0].backend.service.name)
    if (kind === 'ServiceMonitor') {
      const services = objects.filter(
        (it) => it.kind === 'Service' && includes(it.metadata.labels, spec.selector.matchLabels),
      )
      assert.equal(services.length, 1, where)
      assert.deepEqual(
        services[0].spec.ports.filter(({ name }) => name === spec.endpoints[0].port).length,
        1,
        where,
      )
      assert.equal(spec.endpoints[0].path, '/metrics')
    }
    if (kind === 'PrometheusRule')
      assert.deepEqual(
        spec.groups.map(({ rules }) => rules.length > 10),
        [true],
      )
  }
  for (const { spec } of deployments) hasSafePod(spec.template.spec, exists)
  const { spec } = named(objects, 'Deployment').spec.template
  knowsItsVariables(spec.containers[0])
  const env = environmentOf(spec.containers[0])
  const drainMs = Number(env.DRAIN_DELAY_MS) + Number(env.DRAIN_MS)
  assert.ok(
    spec.terminationGracePeriodSeconds * 1000 >= drainMs + 5000,
    'the kubelet would kill the service while it drains',
  )
  const most =
    named(objects, 'HorizontalPodAutoscaler')?.spec.maxReplicas ?? named(objects, 'Deployment').spec.replicas
  assert.ok(Number(env.GENESYS_CONNECTIONS_PER_MINUTE) * most <= 1000)
}

function hasSafePod(pod, exists) {
  assert.ok(pod.securityContext.runAsNonRoot && pod.securityContext.runAsUser > 0)
  assert.equal(pod.securityContext.seccompProfile.type, 'RuntimeDefault')
  assert.equal(pod.automountServiceAccountToken, false)
  if (pod.serviceAccountName) exists('ServiceAccount', pod.serviceAccountName)
  for (const { name, configMap } of pod.volumes) if (configMap) exists('ConfigMap', configMap.name, name)
  for (const { securityContext, volumeMounts, resources, ports, ...container } of pod.containers) {
    assert.deepEqual(securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    assert.ok(resources.limits.memory && resources.requests.cpu)
    for (const { name } of volumeMounts)
      assert.ok(
        pod.volumes.some((volume) => volume.name === name),
        `volume ${name}`,
      )
    for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
      const { port } = container[probe]?.httpGet ?? container[probe]?.tcpSocket ?? ports[0]
      assert.ok(
        ports.some(({ name }) => name === (port ?? ports[0].name)),
        probe,
      )
    }
  }
}

/** Checks that the service knows every variable, because an unknown one would have no effect. */
function knowsItsVariables({ env, volumeMounts }) {
  const example = readFileSync('.env.example', 'utf8')
  const known = new Set([...example.matchAll(/^(?:# )?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name))
  for (const { name, value } of env) {
    const isFile = name.endsWith('_FILE') && !known.has(name)
    assert.ok(known.has(isFile ? name.slice(0, -5) : name), `${name} is not one of the service's variables`)
    if (name.endsWith('_FILE'))
      assert.ok(
        volumeMounts.some(({ mountPath }) => value.startsWith(`${mountPath}/`)),
        `${value} is not mounted`,
      )
  }
}

function hasAllKinds(objects) {
  const kinds = new Set(objects.map(({ kind }) => kind))
  for (const kind of [
    'Deployment',
    'Service',
    'ServiceAccount',
    'PodDisruptionBudget',
    'HorizontalPodAutoscaler',
    'NetworkPolicy',
    'Ingress',
    'ServiceMonitor',
    'PrometheusRule',
    'ConfigMap',
  ])
    assert.ok(kinds.has(kind), kind)
  const metrics = named(objects, 'HorizontalPodAutoscaler').spec.metrics.map(({ type }) => type)
  assert.deepEqual(metrics, ['Resource', 'Pods'])
  const { volumes } = named(objects, 'Deployment').spec.template.spec
  const keys = volumes.find(({ name }) => name === 'secrets').secret.items.map(({ key }) => key)
  assert.deepEqual(keys, ['SESSION_KEYS', 'GENESYS_CLIENT_SECRET', 'REDIS_URL'])
}

function refusesWrongValues() {
  const wrong = [
    'settings.SESSION_KEYS=abc',
    'settings.DRAIN_MS=1',
    'settings.NODE_ENV=development',
    'settings.HOST=127.0.0.1',
    'settings.SURVEY_WEBHOOK_SECRET=abc',
    'replicas=0',
    'secrets.keys={}',
    'image.digest=latest',
    'unknown=1',
  ]
  for (const value of wrong)
    assert.throws(() => render('smallest', '--set', value), undefined, `${value} is accepted`)
}

/** Checks that the service accepts the environment and the sites of the rendered objects. */
function areTaken(set, objects) {
  const secrets = join(folder, `${set}-secrets`)
  mkdirSync(secrets)
  const { spec } = named(objects, 'Deployment').spec.template
  const { items } = spec.volumes.find(({ name }) => name === 'secrets').secret
  for (const { path } of items) writeFileSync(join(secrets, path), SECRETS[path] ?? 'a secret')
  const inFolder = (text) => text.replaceAll('/run/secrets/guest-bff', secrets)
  const env = Object.fromEntries(
    Object.entries(environmentOf(spec.containers[0])).map(([name, value]) => [name, inFolder(value)]),
  )
  if (env.SITES_FILE) {
    env.SITES_FILE = join(folder, 'sites.json')
    writeFileSync(env.SITES_FILE, inFolder(named(objects, 'ConfigMap', '-sites').data['sites.json']))
  }
  assert.deepEqual(problemsOf(env), [], set)
}

/** Checks that helm reports the same problems that the service would report at startup. */
function refusesAsTheServiceDoes() {
  const required = { ALLOWED_ORIGINS: '', GENESYS_REGION: '', GENESYS_DEPLOYMENT_ID: '' }
  const wrong = [
    required,
    { GENESYS_REGION: 'https://apps.mypurecloud.ie' },
    { GENESYS_REGION: 'eu-west' },
    { ALLOWED_ORIGINS: 'https://www.example.com,www.example.org' },
    { ALLOWED_ORIGINS: 'https://www.example.com/' },
    { ALLOWED_ORIGINS: 'https://www.example.com/shop' },
    { GENESYS_API_URL: 'https://gateway.example.com', GENESYS_REGION: '' },
    { LOG_LEVEL: 'verbose' },
    { PUBLIC_URL: 'chat.example.com' },
    { TRUST_PROXY: 'true' },
    { GENESYS_DEPLOYMENT_ID: 'my deployment' },
    { GENESYS_CLIENT_ID: '0b1f5a3e-51a4-4c8e-9c55-5e1f0f7a0003' },
    { GENESYS_GUEST_API: 'external-guests' },
  ]
  const smallest = environmentOf(named(render('smallest'), 'Deployment').spec.template.spec.containers[0])
  for (const settings of wrong) {
    const problems = problemsOf({
      ...smallest,
      SESSION_KEYS_FILE: undefined,
      SESSION_KEYS: SECRETS.SESSION_KEYS,
      ...settings,
    })
    refuses('smallest', { settings }, problems)
  }
  const sites = { shop: { GENESYS_DEPLOYMENT_ID: '' }, bank: { ALLOWED_ORIGINS: null } }
  const file = join(folder, 'wrong-sites.json')
  writeFileSync(
    file,
    JSON.stringify({
      sites: {
        shop: { ALLOWED_ORIGINS: ['https://shop.example.com'] },
        bank: {
          GENESYS_DEPLOYMENT_ID: 'x',
          GENESYS_CLIENT_ID: 'x',
          GENESYS_CLIENT_SECRET: 'x',
          GENESYS_GUEST_API: 'external-guests',
        },
      },
    }),
  )
  const problems = problemsOf({ SITES_FILE: file, GENESYS_REGION: 'eu-west-1' })
  refuses(
    'sites',
    { sites },
    problems.map((problem) => problem.replace('SITES_FILE: ', '')),
  )
}

function isCalledAsDocumented() {
  const { metadata } = named(render('smallest'), 'Deployment')
  for (const file of ['docs/doctor.md', 'deploy/helm/README.md']) {
    const names = [...readFileSync(file, 'utf8').matchAll(/kubectl exec deploy\/([\w-]+)/g)].map(
      ([, name]) => name,
    )
    assert.deepEqual([...new Set(names)], [metadata.name], file)
  }
}

function refuses(set, values, problems) {
  assert.ok(problems.length > 0, JSON.stringify(values))
  const file = join(folder, 'wrong.yaml')
  writeFileSync(file, JSON.stringify(values))
  try {
    render(set, '--values', file)
  } catch (error) {
    for (const problem of problems) assert.ok(error.message.includes(problem), `${problem}\n${error.message}`)
    return
  }
  assert.fail(`${JSON.stringify(values)} is accepted`)
}

function problemsOf(env) {
  try {
    readConfig(env).sites?.read()
    return []
  } catch (error) {
    return error.problems
  }
}

/** Checks that the affinity's configuration differs from the one in deploy/nginx, which has its own check, only in how it finds replicas. */
function keepsGuestsOnTheirReplica() {
  const objects = render('everything')
  const example = readFileSync(join(import.meta.dirname, '../nginx/guest-bff.conf'), 'utf8')
  const servers = /(?:^ {4}server 127\.0\.0\.1:\d+ .*\n)+/m.exec(example)[0]
  const rendered = named(objects, 'ConfigMap', '-affinity').data['default.conf']
  const found = /^ {4}zone guest_bff \w+;\n {4}server (\S+)\.web\.svc\.cluster\.local:(\d+) resolve .*\n/m
  const [line, service, port] = found.exec(rendered)
  assert.equal(
    rendered
      .replace(/^resolver .*\n\n/, '')
      .replace(line, servers)
      .trimEnd(),
    example.trimEnd(),
  )
  const replicas = objects.find(({ kind, metadata }) => kind === 'Service' && metadata.name === service)
  assert.equal(replicas.spec.clusterIP, 'None')
  assert.ok(replicas.spec.ports.some((it) => it.port === Number(port)))
}

/** Runs the built service with the Deployment's environment: the probes must succeed, and it must exit in time. */
async function runsAsRendered() {
  const [http, management] = [await freePort(), await freePort()]
  const ports = [
    '--set',
    `ports.http=${http},ports.management=${management},drain.delayMs=700,drain.requestsMs=300`,
  ]
  const { spec } = named(render('smallest', ...ports), 'Deployment').spec.template
  const [container] = spec.containers
  const genesys = await startSimulator({
    agent: 'silent',
    deploymentId: environmentOf(container).GENESYS_DEPLOYMENT_ID,
  })
  const secrets = join(folder, 'secrets')
  mkdirSync(secrets)
  writeFileSync(join(secrets, 'SESSION_KEYS'), randomBytes(32).toString('base64'))
  const env = Object.fromEntries(
    Object.entries(environmentOf(container)).map(([name, value]) => [
      name,
      value.replace('/run/secrets/guest-bff', secrets),
    ]),
  )
  const hosts = {
    GENESYS_API_URL: genesys.url,
    GENESYS_LOGIN_URL: genesys.url,
    GENESYS_CDN_URL: genesys.url,
    GENESYS_MESSAGING_URL: genesys.messagingUrl,
  }
  const child = spawn(process.execPath, ['dist/main.js'], {
    env: { PATH: process.env.PATH, HOST: '127.0.0.1', LOG_LEVEL: 'warn', ...env, ...hosts },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', (chunk) => (said += chunk))
  try {
    const probe = async ({ httpGet }) => {
      const { containerPort } = container.ports.find(({ name }) => name === httpGet.port)
      return (await fetch(`http://127.0.0.1:${containerPort}${httpGet.path}`).catch(() => ({ status: 0 })))
        .status
    }
    const { startupProbe, livenessProbe, readinessProbe } = container
    for (let i = 0; i < startupProbe.failureThreshold * 10 && (await probe(startupProbe)) !== 200; i++)
      await pause(100 * startupProbe.periodSeconds)
    assert.deepEqual([await probe(livenessProbe), await probe(readinessProbe)], [200, 200], said)
    assert.equal((await fetch(`http://127.0.0.1:${http}/metrics`)).status, 404, 'metrics are not public')
    const asked = performance.now()
    child.kill('SIGTERM')
    await pause(100)
    assert.deepEqual([await probe(livenessProbe), await probe(readinessProbe)], [200, 503], 'while it drains')
    assert.equal((await once(child, 'exit'))[0], 0)
    const tookMs = performance.now() - asked
    assert.ok(tookMs < spec.terminationGracePeriodSeconds * 1000)
    process.stdout.write(
      `the service responds to the chart's probes and exited after ${Math.round(tookMs)} ms of ${spec.terminationGracePeriodSeconds} s\n`,
    )
  } finally {
    child.kill('SIGKILL')
    await genesys.close()
  }
}

function environmentOf({ env }) {
  return Object.fromEntries(env.map(({ name, value }) => [name, value]))
}

function includes(labels, selector) {
  return Object.entries(selector).every(([name, value]) => labels[name] === value)
}

function valueFile(set) {
  return join(import.meta.dirname, 'value-sets', `${set}.yaml`)
}
