// Preloaded into the program, like an embedding application's own code: throws outside of any try block when a test signals it.
process.on('SIGUSR2', () => {
  setTimeout(() => {
    throw new Error('a timer of the application failed')
  }, 1)
})
process.on('SIGHUP', () => void Promise.reject(new Error('a promise of the application was left alone')))
