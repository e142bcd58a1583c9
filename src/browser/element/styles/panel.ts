/** Styles for the panel with its header and its notices. */
export const panelStyles = `
.panel {
  position: absolute; inset: auto 0 4.75rem auto; margin: 0; padding: 0; border: 0; color: inherit; max-height: none; width: 25rem; max-width: calc(100vw - 2 * var(--_inset));
  height: min(42.5rem, calc(100dvh - 4.75rem - var(--_bottom) - var(--_inset))); container: panel / inline-size;
  display: flex; flex-direction: column; overflow: hidden;
  background: var(--_surface); border-radius: var(--_radius); box-shadow: var(--_shadow), 0 0 0 1px var(--_line);
  transform-origin: bottom right; animation: panel-in 0.26s var(--_out);
}
:host([placement='inline']) .panel {
  position: relative; inset: auto; width: 100%; max-width: none; height: 100%; animation: none; box-shadow: 0 0 0 1px var(--_line);
}
dialog.panel:not([open]) { display: none; }
.launcher[hidden] ~ .panel, .panel:not(:has(~ .launcher:not([hidden]))) { bottom: 0; }
.panel::backdrop { background: none; }
@keyframes panel-in { from { opacity: 0; transform: translateY(0.875rem) scale(0.97); } }
.panel.dropping::after {
  content: ''; position: absolute; inset: 0.5rem; border: 2px dashed var(--_accent-text); border-radius: calc(var(--_radius) - 0.5rem);
  background: color-mix(in srgb, var(--_accent) 10%, transparent); pointer-events: none;
}

.header {
  flex: none; display: flex; align-items: center; gap: 0.75rem; padding-block: 1rem; padding-inline: 1.125rem 0.75rem;
  color: var(--_on-accent); background: linear-gradient(120deg, var(--_accent), var(--_accent-far));
}
.header-avatar {
  flex: none; width: 2.625rem; height: 2.625rem; border-radius: 50%; display: grid; place-items: center; overflow: hidden;
  font-size: 1.0625rem; font-weight: 650; background: color-mix(in srgb, var(--_on-accent) 20%, transparent);
}
.header-text { flex: 1; min-width: 0; }
.header-name {
  font-size: 1.0312rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.01em;
}
.header-name, .header-state span:last-child { padding-block: 0.25em; margin-block: -0.25em; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.header-state { display: flex; align-items: center; gap: 0.4375rem; margin-top: 2px; font-size: 0.8125rem; line-height: 1.3; }
.dot { flex: none; width: 0.5rem; height: 0.5rem; border-radius: 50%; background: #ffd166; forced-color-adjust: none; }
.dot[data-state='online'] { background: #4ade80; }
.dot[data-state='offline'] { background: #ff9a90; }
.dot { box-shadow: 0 0 0 2px rgb(0 0 0 / 0.45); }
.header-button {
  flex: none; min-width: var(--_target); height: var(--_target); border-radius: 1.375rem; display: flex; align-items: center; justify-content: center;
  gap: 0.375rem; transition: background 0.15s;
}
.end { padding-inline: 0.75rem; font-size: 0.8125rem; white-space: nowrap; }
.end .icon { display: none; }
.header-button .icon { width: 1.25rem; height: 1.25rem; }
.close { background: color-mix(in srgb, var(--_on-accent) 16%, transparent); }
@container panel (max-width: 27em) {
  .end span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .end { padding: 0; background: color-mix(in srgb, var(--_on-accent) 8%, transparent); }
  .end .icon { display: block; }
}
.header-button:hover { background: color-mix(in srgb, var(--_on-accent) 26%, transparent); }
.header-button:focus-visible { outline-color: var(--_on-accent); outline-offset: -3px; }

.notice {
  flex: none; display: flex; flex-wrap: wrap; align-items: center; gap: 0 0.625rem; margin: 0 0.875rem 0.5rem; padding: 0.625rem 0.875rem; border-radius: 0.75rem;
  font-size: 0.8438rem; line-height: 1.4; background: var(--_soft); color: var(--_text);
}
.notice.empty { margin: 0; padding: 0; }
.notice.trouble { background: var(--_danger-soft); }
.notice-icon { color: var(--_danger); align-self: flex-start; }
.notice .icon { width: 1.25rem; height: 1.25rem; }
.notice-text { flex: 1 1 12rem; min-width: 0; }
.notice:has(.link) .notice-text { flex-basis: calc(100% - 2rem); }
.notice .link { flex: none; margin-block: -0.625rem; margin-inline-start: auto; }

.challenge { display: block; padding-inline: 0.875rem; text-align: center; }
.over-bar {
  flex: none; display: flex; flex-direction: column; gap: 0.75rem; padding: 1rem; text-align: center;
  padding-bottom: max(1rem, env(safe-area-inset-bottom)); border-top: 1px solid var(--_line); color: var(--_muted); font-size: 0.875rem;
}
.over-bar .action { padding: 0.75rem 1rem; }
.over-bar [role='status'] { text-wrap: balance; }
.before-chat .header-state { display: none; }
.panel.over-empty .log .scroller .log-content { margin-block: auto 0; padding-bottom: 0; }
.panel.over-empty .log .welcome { padding-bottom: 0; }
.over-empty .over-bar { flex: 1.2; border-top: 0; padding-top: 0; align-items: center; }
.over-empty .over-bar > [role='status'] { font-size: 1.0625rem; font-weight: 650; color: var(--_text); }

@media (max-width: 30em), (max-height: 30em) {
  :host(:not([placement='inline'])) .panel {
    position: fixed; inset: 0; width: 100%; max-width: none; height: 100dvh; border-radius: 0; box-shadow: none;
  }
  :host([open]:not([placement='inline'])) .launcher { display: none; }
  :host(:not([placement='inline'])) .header { padding-top: max(0.875rem, env(safe-area-inset-top)); }
}
@media (max-height: 24em) {
  :host(:not([placement='inline'])) .header { padding-block: 0.25rem; }
  :host(:not([placement='inline'])) .header-avatar, :host(:not([placement='inline'])) .header-state { display: none; }
  :host(:not([placement='inline'])) .composer { padding-block: 0.25rem; }
  :host(:not([placement='inline'])) .notice { max-height: 4rem; overflow-y: auto; }
}
`
