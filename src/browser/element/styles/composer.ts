/** The line to write in, and the files that wait above it. */
export const composerStyles = `
.composer { flex: none; padding: 6px 14px max(14px, env(safe-area-inset-bottom)); }
.line {
  display: flex; align-items: flex-end; gap: 4px; padding: 5px; border-radius: 25px;
  background: var(--_surface); border: 1px solid var(--_field-line); transition: border-color 0.15s, box-shadow 0.15s;
}
.line:focus-within { border-color: var(--_accent-text); box-shadow: 0 0 0 3px color-mix(in srgb, var(--_accent-text) 22%, transparent); }
.field {
  flex: 1; min-width: 0; min-height: 38px; max-height: 132px; padding: 8px 6px 8px 12px; border: 0; outline: 0; resize: none;
  background: transparent; line-height: 22px; field-sizing: content; scrollbar-width: thin; overflow-wrap: anywhere;
}
.tool + .field { padding-inline-start: 4px; }
.tool[hidden] + .field { padding-inline-start: 12px; }
.field::placeholder { color: var(--_muted); opacity: 1; overflow: hidden; white-space: nowrap; }
.tool, .send { flex: none; width: 38px; height: 38px; border-radius: 50%; display: grid; place-items: center; }
.tool { color: var(--_muted); transition: background 0.15s; }
.tool:hover { background: var(--_soft); color: var(--_text); }
.send { color: var(--_on-accent); background: var(--_accent); transition: background 0.15s, transform 0.15s var(--_out); }
.send:active { transform: scale(0.92); }
.send .icon { stroke-width: 2.3; }
.send[aria-disabled='true'] { color: var(--_muted); background: var(--_soft); cursor: default; transform: none; }
.bytes-left { padding: 4px 14px 0; font-size: 12.5px; color: var(--_muted); text-align: end; }
.bytes-left:empty { display: none; }
.bytes-left.over { color: var(--_danger); font-weight: 600; }

.tray { display: grid; gap: 6px; margin-bottom: 8px; max-height: 190px; overflow-y: auto; }
.tray:empty { display: none; }
.upload { display: flex; align-items: center; gap: 10px; padding: 7px 8px; border-radius: 14px; background: var(--_soft); animation: message-in 0.2s var(--_out); }
.upload .file-icon { background: var(--_surface); }
.upload .file-name { flex: 1; }
.upload button { flex: none; width: 32px; height: 32px; border-radius: 50%; display: grid; place-items: center; color: var(--_muted); }
.upload button:hover { color: var(--_text); background: var(--_line); }
.upload button .icon { width: 16px; height: 16px; }
.upload.refused { background: var(--_danger-soft); }
.upload.refused .file-icon { color: var(--_danger); }
.reason { display: block; font-weight: 400; font-size: 12.5px; color: var(--_danger); }
progress { display: block; width: 100%; height: 4px; margin-top: 5px; border: 0; border-radius: 2px; overflow: hidden; appearance: none; background: var(--_line); }
progress::-webkit-progress-bar { background: var(--_line); }
progress::-webkit-progress-value { background: var(--_accent-text); transition: width 0.2s; }
progress::-moz-progress-bar { background: var(--_accent-text); }

@media (max-width: 480px) { .field { font-size: 16px; } }
@media (forced-colors: active) { .line { border-color: CanvasText; } }
`
