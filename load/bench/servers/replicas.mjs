// Starts REPLICAS replicas of the service on one port. Connections are distributed round-robin, because the kernel
// might give one process more of them.
import cluster from 'node:cluster'

const { REPLICAS, SERVICE } = process.env
cluster.schedulingPolicy = cluster.SCHED_RR
cluster.setupPrimary({ exec: SERVICE })
for (let replica = 0; replica < Number(REPLICAS); replica++) cluster.fork()
process.on('SIGTERM', () => cluster.disconnect(() => process.exit()))
