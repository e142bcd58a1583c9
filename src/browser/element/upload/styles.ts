/** Styles for the unsent files above the composer's field. */
export const uploadStyles = `
.tray { display: grid; gap: 0.375rem; margin-bottom: 0.5rem; max-height: 11.875rem; overflow-y: auto; }
.upload { display: flex; align-items: center; gap: 0.625rem; padding: 0.4375rem 0.5rem; border-radius: 0.875rem; background: var(--_soft); animation: message-in 0.2s var(--_out); }
.upload .file-icon { background: var(--_surface); }
.upload .file-icon canvas { width: 100%; height: 100%; border-radius: inherit; }
.upload .file-icon:has(canvas) { width: 3.5rem; height: 3.5rem; }
.upload .file-name { flex: 1; }
.upload button { flex: none; width: var(--_target); height: var(--_target); border-radius: 50%; display: grid; place-items: center; color: var(--_muted); }
.upload button:hover { color: var(--_text); background: var(--_line); }
.upload button .icon { width: 1rem; height: 1rem; }
.upload.refused { background: var(--_danger-soft); }
.upload.refused .file-icon { color: var(--_danger); }
progress { display: block; width: 100%; height: 0.25rem; margin-top: 0.3125rem; border: 0; border-radius: 2px; overflow: hidden; appearance: none; background: var(--_line); }
progress::-webkit-progress-bar { background: var(--_line); }
progress::-webkit-progress-value { background: var(--_accent-text); transition: width 0.2s; }
progress::-moz-progress-bar { background: var(--_accent-text); }
`
