// For helper processes: a process runs the commands that its parent sends, and ends with its parent.

/** @param commands functions by name; each function gets the command's options and returns the result */
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
