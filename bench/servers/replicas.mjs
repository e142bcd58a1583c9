// As many replicas of the service as REPLICAS says, on one port. The kernel hands out the connections:
// with node:cluster's own way the first process would have to touch each of them.
import cluster from 'node:cluster'

const { REPLICAS, SERVICE } = process.env
cluster.schedulingPolicy = cluster.SCHED_NONE
cluster.setupPrimary({ exec: SERVICE })
for (let replica = 0; replica < Number(REPLICAS); replica++) cluster.fork()
process.on('SIGTERM', () => cluster.disconnect(() => process.exit()))
