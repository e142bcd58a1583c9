// As many replicas of the service as REPLICAS says, on one port. Connections are handed out in turn: the kernel would
// give more of them to one process, by chance.
import cluster from 'node:cluster'

const { REPLICAS, SERVICE } = process.env
cluster.schedulingPolicy = cluster.SCHED_RR
cluster.setupPrimary({ exec: SERVICE })
for (let replica = 0; replica < Number(REPLICAS); replica++) cluster.fork()
process.on('SIGTERM', () => cluster.disconnect(() => process.exit()))
