// Prints the options of `docker run` that restrict a container in the same way as the chart's Deployment.
import { named, render } from './render.mjs'

const { template } = named(render('smallest'), 'Deployment').spec
const { securityContext: pod, containers, volumes } = template.spec
const [{ securityContext: container }] = containers
const flags = [`--user=${pod.runAsUser}:${pod.runAsGroup}`]
if (!pod.runAsNonRoot || pod.runAsUser === 0) throw new Error('the chart runs the service as root')
if (container.readOnlyRootFilesystem) flags.push('--read-only')
for (const capability of container.capabilities.drop) flags.push(`--cap-drop=${capability}`)
if (!container.allowPrivilegeEscalation) flags.push('--security-opt=no-new-privileges')
for (const { name, mountPath } of containers[0].volumeMounts)
  if (volumes.find((volume) => volume.name === name).emptyDir) flags.push(`--tmpfs=${mountPath}`)
process.stdout.write(`${flags.join(' ')}\n`)
