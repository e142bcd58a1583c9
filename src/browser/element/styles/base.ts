/**
 * Colors, fonts, and common styles. Custom properties that start with `--_` are internal; pages set those that start
 * with `--guest-chat-`.
 */
export const baseStyles = `
:host {
  color-scheme: light dark;
  --_surface: light-dark(#ffffff, #16181e);
  --_raised: light-dark(#ffffff, #1e2129);
  --_soft: light-dark(#f0f2f6, #282c36);
  --_line: light-dark(#e1e5ec, #363c49);
  --_field-line: light-dark(#868f9e, #79828f);
  --_text: light-dark(#14171d, #eef0f4);
  --_muted: light-dark(#565e6c, #a8b0bd);
  --_danger: light-dark(#b3261e, #ff9a90);
  --_danger-soft: light-dark(#fdeeec, #3a2423);
  --_accent-text: light-dark(var(--_accent-text-light), var(--_accent-text-dark));
  --_radius: var(--guest-chat-radius, 1.25rem);
  --_inset: var(--guest-chat-inset, 1.5rem);
  --_bottom: var(--_inset);
  --_side: var(--_inset);
  --_target: 2.75rem;
  --_shadow: 0 1.5rem 4rem -0.75rem rgb(10 16 32 / 0.32), 0 0.5rem 1.5rem -0.5rem rgb(10 16 32 / 0.2);
  --_out: cubic-bezier(0.2, 0.8, 0.2, 1);
  all: initial;
  color-scheme: light dark;
  display: block;
  position: fixed;
  right: max(var(--_side), env(safe-area-inset-right));
  bottom: max(var(--_bottom), env(safe-area-inset-bottom));
  z-index: var(--guest-chat-z-index, 2147483000);
  color: var(--_text);
  font: 400 0.9375rem/1.45 var(--guest-chat-font, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif);
  -webkit-font-smoothing: antialiased;
  text-align: start;
}
:host([color-scheme='light']) { color-scheme: light; }
:host([color-scheme='dark']) { color-scheme: dark; }
:host([placement='inline']) { position: relative; inset: auto; z-index: auto; height: 100%; min-height: 22.5rem; }
:host([hidden]) { display: none; }
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
p, h2, h3, fieldset, legend, figure, dl, dd { margin: 0; padding: 0; border: 0; min-width: 0; }
button, input, textarea, select { font: inherit; color: inherit; letter-spacing: inherit; }
button { cursor: pointer; border: 0; background: none; padding: 0; -webkit-tap-highlight-color: transparent; }
a { color: inherit; }
:focus-visible { outline: 2px solid var(--_accent-text); outline-offset: 2px; }
.icon {
  width: 1.35em; height: 1.35em; flex: none; display: block;
  fill: none; stroke: currentColor; stroke-width: 1.9; stroke-linecap: round; stroke-linejoin: round;
}
[dir='rtl'] .icon-left, [dir='rtl'] .icon-right, [dir='rtl'] .icon-end, [dir='rtl'] .icon-send { transform: scaleX(-1); }
.spoken {
  position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}

.launcher {
  position: relative; display: flex; align-items: center; justify-content: center; gap: 0.625rem;
  min-width: 3.75rem; height: 3.75rem; border-radius: 1.875rem;
  margin-inline-start: auto;
  color: var(--_on-accent); background: linear-gradient(145deg, var(--_accent), var(--_accent-far));
  box-shadow: 0 10px 28px -6px color-mix(in srgb, var(--_accent) 55%, transparent), 0 3px 10px rgb(10 16 32 / 0.22);
  transition: transform 0.2s var(--_out), box-shadow 0.2s;
}
.launcher:hover { transform: translateY(-2px) scale(1.03); }
.launcher:active { transform: scale(0.96); }
.launcher:focus-visible { outline-width: 3px; outline-offset: 3px; }
.launcher-text { padding-inline: 1.375rem; font-weight: 600; }
.launcher-icon + .launcher-text { padding-inline-start: 0; }
.launcher-icon { padding-inline: 1rem; }
.launcher.with-text .launcher-icon { padding-inline: 1.25rem 0; }
.launcher img { width: 1.75rem; height: 1.75rem; object-fit: contain; display: block; }
.launcher .icon { width: 1.6875rem; height: 1.6875rem; }
.unread {
  position: absolute; top: -3px; inset-inline-end: -3px; min-width: 1.375rem; height: 1.375rem; padding: 0 0.375rem; border-radius: 0.6875rem;
  display: grid; place-items: center; background: #c62828; color: #fff; font-size: 0.75rem; font-weight: 700;
  border: 2px solid var(--_surface);
}

.action {
  display: grid; align-items: center; min-height: var(--_target); min-width: var(--_target); padding: 0.5625rem 1rem; overflow-wrap: anywhere; border-radius: 0.75rem; text-align: center; text-decoration: none; font-weight: 600;
  color: var(--_accent-text); background: transparent; border: 1px solid color-mix(in srgb, var(--_field-line) 60%, transparent);
  transition: background 0.15s;
}
.action:hover { background: var(--_soft); }
.action.primary { color: var(--_on-accent); background: var(--_accent); border-color: transparent; }
.action.primary:hover { background: var(--_accent-far); }
.action[inert], .slot[inert], .card-link[inert] { opacity: 0.5; }
.choices[inert] { opacity: 0.6; }
.action:disabled { color: var(--_muted); background: var(--_soft); cursor: default; }
.link { min-height: var(--_target); min-width: var(--_target); color: var(--_accent-text); font-weight: 600; text-decoration: underline; text-underline-offset: 2px; }

@media (prefers-reduced-motion: reduce) {
  *, ::before, ::after { animation: none !important; transition: none !important; scroll-behavior: auto !important; }
}
@media (forced-colors: active) {
  .launcher, .panel, .bubble, .send, .tool, .action, .quick-reply, .slot, .card, .picker, .avatar { border: 1px solid CanvasText !important; }
  .icon { forced-color-adjust: auto; }
}
@media print { :host { display: none; } }
`
