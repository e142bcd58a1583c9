// REPLICAS replicas of the service on one port. Connections are distributed in turn: the kernel would, by chance,
// give more of them to one process.
import cluster from 'node:cluster'

const { REPLICAS, SERVICE } = process.env
cluster.schedulingPolicy = cluster.SCHED_RR
cluster.setupPrimary({ exec: SERVICE })
for (let replica = 0; replica < Number(REPLICAS); replica++) cluster.fork()
process.on('SIGTERM', () => cluster.disconnect(() => process.exit()))
