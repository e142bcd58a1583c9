// The verdict of a run: a line for each bound, and the exit code.

/**
 * @param reportFigures times and sizes are printed but not judged, for a machine that others also use
 * @returns `expect` for what must hold on any machine, `expectFigure` for a time or a size, and `end`, which prints what was missed
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
    /** Ends the process with 1 if it takes longer than this. */
    giveUpAfter(ms) {
      setTimeout(() => {
        say('it took too long and was ended')
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
