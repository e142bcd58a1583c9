let context: AudioContext | undefined

/**
 * Two soft tones. Browsers stay silent until the visitor has interacted with the page. It is a file of its own, loaded by pages
 * that want sound.
 */
export function playChime(): void {
  try {
    context ??= new AudioContext()
    void context.resume().then(() => {
      if (context) [660, 880].forEach((frequency, i) => tone(context as AudioContext, frequency, i * 0.12))
    })
  } catch {
    // no sound on this device
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
