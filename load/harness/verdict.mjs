// Prints a line for each bound, and sets the exit code.

/**
 * @param reportFigures whether times and sizes are printed but not checked, for a machine with other work
 * @returns `expect` for a bound that must hold on any machine, `expectFigure` for a time or a size, and `end`, which
 * prints the missed bounds and exits
 */
export function createVerdict({ reportFigures = false } = {}) {
  const startedAt = performance.now()
  const missed = []
  const say = (text) =>
    process.stdout.write(`[${Math.round((performance.now() - startedAt) / 1000)} s] ${text}\n`)

  function expect(isSo, text) {
    say(`${isSo ? 'holds ' : 'MISSED'} ${text}`)
    if (!isSo) missed.push(text)
  }

  return {
    say,
    expect,
    expectFigure(isSo, text) {
      if (isSo || !reportFigures) expect(isSo, text)
      else say(`ABOVE  ${text}`)
    },
    /** Ends the process with exit code 1 if it takes longer than this. */
    giveUpAfter(ms) {
      setTimeout(() => {
        say('the run took too long and was stopped')
        process.exit(1)
      }, ms).unref()
    },
    end(seed) {
      const text = missed.length === 0 ? 'every bound holds' : `${missed.length} missed`
      say([seed === undefined ? text : `${text}, seed ${seed}`, ...missed].join('\n'))
      process.exit(missed.length === 0 ? 0 : 1)
    },
  }
}
