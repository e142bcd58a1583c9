// A process of the benchmark runs its parent's commands, one after another, and ends with its parent.

/** @param commands functions by name; each gets the options of the command and returns its result */
export function serveCommands(commands) {
  process.on('message', async ({ id, name, options }) => {
    try {
      process.send({ id, result: await commands[name](options) })
    } catch (error) {
      process.send({ id, error: error.stack })
    }
  })
  process.on('disconnect', () => process.exit())
  process.send({ ready: true })
}
