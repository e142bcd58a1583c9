let context: AudioContext | undefined

/**
 * Plays two soft tones. Browsers stay silent until the visitor has interacted with the page. This file is separate so that only
 * pages that want sound load it.
 */
export function playChime(): void {
  try {
    context ??= new AudioContext()
    void context.resume().then(() => {
      if (context) [660, 880].forEach((frequency, i) => tone(context as AudioContext, frequency, i * 0.12))
    })
  } catch {
    // The browser cannot play sounds.
  }
}

function tone(audio: AudioContext, frequency: number, afterSeconds: number): void {
  const start = audio.currentTime + afterSeconds
  const oscillator = audio.createOscillator()
  const volume = audio.createGain()
  oscillator.frequency.value = frequency
  volume.gain.setValueAtTime(0, start)
  volume.gain.linearRampToValueAtTime(0.08, start + 0.02)
  volume.gain.exponentialRampToValueAtTime(0.001, start + 0.3)
  oscillator.connect(volume).connect(audio.destination)
  oscillator.start(start)
  oscillator.stop(start + 0.32)
}
