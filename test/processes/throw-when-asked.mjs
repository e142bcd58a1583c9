// Preloaded into the program, as an embedding application's own code would be: throws outside every catch when it is told to.
process.on('SIGUSR2', () => {
  setTimeout(() => {
    throw new Error('a timer of the application failed')
  }, 1)
})
process.on('SIGHUP', () => void Promise.reject(new Error('a promise of the application was left alone')))
