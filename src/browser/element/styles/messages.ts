/** The messages: bubbles in groups, days, delivery, the typing indicator. */
export const messageStyles = `
.log { flex: 1; min-height: 0; position: relative; display: flex; }
.scroller {
  flex: 1; overflow-y: auto; overflow-x: hidden; overscroll-behavior: contain; overflow-anchor: none;
  scrollbar-width: thin; scrollbar-color: var(--_line) transparent; display: flex; flex-direction: column;
}
.scroller:focus-visible { outline-offset: -3px; }
.log-content { margin-top: auto; padding: 16px 16px 14px; display: flex; flex-direction: column; }
.rows { display: flex; flex-direction: column; }
.scroller:has(.welcome:not([hidden])) .log-content { margin-block: auto; }
.welcome { padding: 24px 20px; text-align: center; color: var(--_muted); }
.welcome-sign {
  display: grid; place-items: center; width: 64px; height: 64px; margin: 0 auto 18px; border-radius: 22px;
  color: var(--_accent-text); background: color-mix(in srgb, var(--_accent-text) 13%, transparent);
}
.welcome-sign .icon { width: 30px; height: 30px; }
.welcome-title {
  margin-bottom: 6px; font-size: 22px; line-height: 1.25; font-weight: 700; letter-spacing: -0.02em; color: var(--_text); text-wrap: balance;
}
.welcome p:last-child { text-wrap: balance; }
.earlier {
  align-self: center; padding: 6px 14px; margin-bottom: 8px; border-radius: 16px; font-size: 13px; font-weight: 600;
  color: var(--_accent-text); background: var(--_soft);
}
.day-line { margin: 14px 0 6px; text-align: center; font-size: 12px; font-weight: 600; color: var(--_muted); }
.day-line:first-child { margin-top: 0; }
.to-newest {
  position: absolute; bottom: 10px; left: 50%; translate: -50% 0; width: 38px; height: 38px; border-radius: 50%;
  display: grid; place-items: center; color: var(--_accent-text); background: var(--_raised);
  box-shadow: 0 4px 14px rgb(10 16 32 / 0.22), 0 0 0 1px var(--_line);
}

.message { display: grid; margin-top: 3px; animation: message-in 0.24s var(--_out); }
.message > * { max-width: 95%; }
.other { grid-template-columns: 28px minmax(0, 1fr); column-gap: 8px; justify-items: start; }
.other > * { grid-column: 2; }
.own { grid-template-columns: minmax(0, 1fr); justify-items: end; padding-inline-start: 36px; }
.message.starts-group { margin-top: 14px; }
.day-line + .message { margin-top: 4px; }
@keyframes message-in { from { opacity: 0; transform: translateY(8px); } }
.author { grid-row: 1; margin: 0 0 3px 4px; font-size: 12.5px; font-weight: 600; color: var(--_muted); }
.avatar {
  grid-area: 2 / 1; align-self: end; width: 28px; max-width: none; height: 28px; border-radius: 50%; overflow: hidden; display: grid; place-items: center;
  font-size: 12.5px; font-weight: 700; color: var(--_accent-text); background: var(--_soft);
}
.avatar .icon { width: 16px; height: 16px; }
.face { display: grid; place-items: center; width: 100%; height: 100%; }
.face img { width: 100%; height: 100%; object-fit: cover; }
.message:not(.ends-group) .avatar { visibility: hidden; }

.body { grid-row: 2; display: flex; flex-direction: column; gap: 4px; align-items: flex-start; min-width: 0; position: relative; }
.own .body { align-items: flex-end; }
.body:has(.carousel), .quick-replies, .failure { max-width: 100%; }
.bubble {
  padding: 9px 14px; border-radius: 18px; white-space: pre-wrap; overflow-wrap: anywhere; max-width: 100%;
  background: var(--_soft); color: var(--_text);
}
.bubble a { color: var(--_accent-text); text-underline-offset: 2px; }
.own .bubble { background: var(--_accent); color: var(--_on-accent); }
.own .bubble a { color: inherit; }
.own .bubble a:focus-visible { outline-color: var(--_on-accent); }
.other .bubble { border-end-start-radius: 6px; }
.other:not(.starts-group) .bubble { border-start-start-radius: 6px; }
.own .bubble { border-end-end-radius: 6px; }
.own:not(.starts-group) .bubble { border-start-end-radius: 6px; }
.bubble.unsupported { font-style: italic; color: var(--_muted); background: transparent; border: 1px dashed var(--_field-line); }
[data-status='pending'] .bubble { background: color-mix(in srgb, var(--_accent) 88%, var(--_surface)); }
[data-status='failed'] .bubble {
  background: var(--_danger-soft); color: var(--_text); box-shadow: inset 0 0 0 1px color-mix(in srgb, var(--_danger) 45%, transparent);
}

.meta {
  grid-row: 3; display: flex; align-items: center; gap: 4px; height: 17px; margin: 4px 5px 0; font-size: 11.5px; line-height: 1; color: var(--_muted);
}
.meta .icon { width: 12px; height: 12px; stroke-width: 2.4; }
.failure { grid-row: 4; display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 2px 14px; margin: 5px 4px 0; font-size: 13px; }
.failure p { display: flex; align-items: flex-start; gap: 5px; width: 100%; color: var(--_danger); text-align: end; justify-content: flex-end; }
.failure .icon { width: 16px; height: 16px; margin-top: 1px; }

.typing { margin-block-start: 10px; margin-inline-start: 36px; align-self: flex-start; }
.typing:empty, .typing[data-name=''] { display: none; }
.dots { display: inline-flex; gap: 5px; padding: 14px 15px; border-radius: 18px; border-end-start-radius: 6px; background: var(--_soft); }
.dots i { width: 7px; height: 7px; border-radius: 50%; background: var(--_muted); animation: dot 1.3s infinite ease-in-out; }
.dots i:nth-child(2) { animation-delay: 0.16s; }
.dots i:nth-child(3) { animation-delay: 0.32s; }
@keyframes dot { 0%, 70%, 100% { transform: none; opacity: 0.45; } 35% { transform: translateY(-4px); opacity: 1; } }
`
