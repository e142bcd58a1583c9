/** The panel with its header, its notices and the sheet that asks before ending. */
export const panelStyles = `
.panel {
  position: absolute; right: 0; bottom: 76px; width: 400px; max-width: calc(100vw - 2 * var(--_inset));
  height: min(680px, calc(100dvh - 76px - 2 * var(--_inset)));
  display: flex; flex-direction: column; overflow: hidden;
  background: var(--_surface); border-radius: var(--_radius); box-shadow: var(--_shadow), 0 0 0 1px var(--_line);
  transform-origin: bottom right; animation: panel-in 0.26s var(--_out);
}
:host([placement='inline']) .panel {
  position: relative; inset: auto; width: 100%; max-width: none; height: 100%; animation: none; box-shadow: 0 0 0 1px var(--_line);
}
@keyframes panel-in { from { opacity: 0; transform: translateY(14px) scale(0.97); } }
.panel.dropping::after {
  content: ''; position: absolute; inset: 8px; border: 2px dashed var(--_accent-text); border-radius: calc(var(--_radius) - 8px);
  background: color-mix(in srgb, var(--_accent) 10%, transparent); pointer-events: none;
}

.header {
  flex: none; display: flex; align-items: center; gap: 12px; padding: 16px 12px 16px 18px;
  color: var(--_on-accent); background: linear-gradient(120deg, var(--_accent), var(--_accent-far));
}
.header-avatar {
  flex: none; width: 42px; height: 42px; border-radius: 50%; display: grid; place-items: center; overflow: hidden;
  font-size: 17px; font-weight: 650; background: color-mix(in srgb, var(--_on-accent) 20%, transparent);
}
.header-text { flex: 1; min-width: 0; }
.header-name {
  font-size: 16.5px; line-height: 1.25; font-weight: 650; letter-spacing: -0.01em;
  overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
}
.header-state { display: flex; align-items: center; gap: 7px; margin-top: 2px; font-size: 13px; line-height: 1.3; }
.dot { flex: none; width: 8px; height: 8px; border-radius: 50%; background: #ffd166; forced-color-adjust: none; }
.dot[data-state='online'] { background: #4ade80; }
.dot[data-state='offline'] { background: #ff9a90; }
.dot { box-shadow: 0 0 0 2px rgb(0 0 0 / 0.28); }
.header-button {
  flex: none; width: 38px; height: 38px; border-radius: 50%; display: grid; place-items: center; transition: background 0.15s;
}
.header-button + .header-button { margin-inline-start: -8px; }
.header-button:hover { background: color-mix(in srgb, var(--_on-accent) 18%, transparent); }
.header-button:focus-visible { outline-color: var(--_on-accent); outline-offset: -3px; }

.notice {
  flex: none; display: flex; align-items: center; gap: 10px; margin: 0 14px 8px; padding: 10px 14px; border-radius: 12px;
  font-size: 13.5px; line-height: 1.4; background: var(--_soft); color: var(--_text);
}
.notice.empty { margin: 0; padding: 0; }
.notice.trouble { background: var(--_danger-soft); }
.notice-icon { color: var(--_danger); }
.notice .link { margin-inline-start: auto; white-space: nowrap; }

.over-bar {
  flex: none; display: flex; flex-direction: column; gap: 12px; padding: 16px; text-align: center;
  padding-bottom: max(16px, env(safe-area-inset-bottom)); border-top: 1px solid var(--_line); color: var(--_muted); font-size: 14px;
}
.over-bar .action { padding: 12px 16px; }

.veil {
  position: absolute; inset: 0; display: flex; align-items: flex-end; padding: 12px;
  background: rgb(8 10 16 / 0.46); animation: veil-in 0.18s;
}
.sheet {
  width: 100%; padding: 22px 20px 18px; border-radius: 18px; background: var(--_raised); box-shadow: var(--_shadow);
  animation: sheet-in 0.26s var(--_out);
}
.sheet h3 { font-size: 17px; font-weight: 650; letter-spacing: -0.01em; }
.sheet p { margin: 4px 0 18px; color: var(--_muted); font-size: 14px; }
.sheet-actions { display: grid; grid-template-columns: 1fr 1fr; gap: 10px; }
@keyframes veil-in { from { opacity: 0; } }
@keyframes sheet-in { from { transform: translateY(24px); opacity: 0; } }

@media (max-width: 480px) {
  :host(:not([placement='inline'])) .panel {
    position: fixed; inset: 0; width: 100%; max-width: none; height: 100dvh; border-radius: 0; box-shadow: none;
  }
  :host([open]:not([placement='inline'])) .launcher { display: none; }
  :host(:not([placement='inline'])) .header { padding-top: max(14px, env(safe-area-inset-top)); }
}
@media (max-height: 520px) and (min-width: 481px) {
  :host(:not([placement='inline'])) .panel { bottom: 0; right: 72px; height: calc(100dvh - 2 * var(--_inset)); }
}
`
