/** Styles for the composer. */
export const composerStyles = `
.composer { flex: none; padding: 0.375rem 0.875rem max(0.875rem, env(safe-area-inset-bottom)); }
.line {
  display: flex; align-items: flex-end; gap: 0.25rem; padding: 0.25rem; border-radius: 1.6875rem;
  background: var(--_surface); border: 1px solid var(--_field-line); transition: border-color 0.15s, box-shadow 0.15s;
}
.line:focus-within { border-color: var(--_accent-text); box-shadow: 0 0 0 3px color-mix(in srgb, var(--_accent-text) 22%, transparent); }
.field {
  flex: 1; min-width: 0; min-height: var(--_target); max-height: 8.25rem; padding-block: 0; padding-inline: 0.75rem 0.375rem; border: solid transparent; border-width: 0.6875rem 0; outline: 0; resize: none;
  background: transparent; line-height: 1.375rem; field-sizing: content; scrollbar-width: thin; overflow-wrap: anywhere;
}
.tool + .field { padding-inline-start: 0.25rem; }
.tool[hidden] + .field { padding-inline-start: 0.75rem; }
[dir='rtl'] .field:placeholder-shown { direction: rtl; }
.composer:has(.characters-left.over) .line { border-color: var(--_danger); box-shadow: none; }
.field::placeholder { color: var(--_muted); opacity: 1; overflow: hidden; white-space: nowrap; }
.tool, .send { flex: none; width: var(--_target); height: var(--_target); border-radius: 50%; display: grid; place-items: center; }
.tool { color: var(--_muted); transition: background 0.15s; }
.tool:hover { background: var(--_soft); color: var(--_text); }
.send { color: var(--_on-accent); background: var(--_accent); transition: background 0.15s, transform 0.15s var(--_out); }
.send:active { transform: scale(0.92); }
.send .icon { stroke-width: 2.3; }
.send[aria-disabled='true'] { color: var(--_muted); background: var(--_soft); cursor: default; transform: none; }
.tray:empty { display: none; }
.reason { display: block; font-weight: 400; font-size: 0.7812rem; color: var(--_danger); }
.characters-left { padding: 0.25rem 0.875rem 0; font-size: 0.7812rem; color: var(--_muted); text-align: end; }
.characters-left:empty { display: none; }
.characters-left.over { color: var(--_danger); font-weight: 600; }

@media (max-width: 30em) { .field, .input { font-size: max(1rem, 16px); } }
@media (forced-colors: active) { .line { border-color: CanvasText; } }
`
