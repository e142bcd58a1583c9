/** Styles for the messages: bubbles in groups, quick replies, files, days, delivery, and the typing indicator. */
export const messageStyles = `
.log { flex: 1; min-height: 0; position: relative; display: flex; }
.scroller {
  flex: 1; overflow-y: auto; overflow-x: hidden; overscroll-behavior: contain; overflow-anchor: none;
  scrollbar-width: thin; scrollbar-color: var(--_line) transparent; display: flex; flex-direction: column;
}
.scroller.more-above { mask-image: linear-gradient(transparent, #000 1rem); }
.scroller:focus-visible { outline-offset: -3px; }
.log-content { margin-top: auto; padding: 1rem 1rem 0.875rem; display: flex; flex-direction: column; }
.rows { display: flex; flex-direction: column; }
.log-content.empty { margin-block: auto; }
.welcome { padding: 1.5rem 1.25rem; text-align: center; color: var(--_muted); }
.welcome-sign {
  display: grid; place-items: center; width: 4rem; height: 4rem; margin: 0 auto 1.125rem; border-radius: 1.375rem;
  color: var(--_accent-text); background: color-mix(in srgb, var(--_accent-text) 13%, transparent);
}
.welcome-logo { display: block; max-width: 12rem; max-height: 5rem; margin: 0 auto 1.125rem; object-fit: contain; }
.welcome-sign .icon { width: 1.875rem; height: 1.875rem; }
.welcome-title {
  margin-bottom: 0.375rem; font-size: 1.375rem; line-height: 1.25; font-weight: 700; letter-spacing: -0.02em; color: var(--_text); text-wrap: balance;
}
.welcome p:last-child { text-wrap: balance; }
.earlier {
  align-self: center; min-height: var(--_target); padding: 0.375rem 0.875rem; margin-bottom: 0.5rem; border-radius: 1rem; font-size: 0.8125rem; font-weight: 600;
  color: var(--_accent-text); background: var(--_soft);
}
.day-line { margin: 0.875rem 0 0.375rem; text-align: center; font-size: 0.75rem; font-weight: 600; color: var(--_muted); }
.day-line:first-child { margin-top: 0; }
.new-line { display: flex; align-items: center; gap: 0.625rem; margin: 0.875rem 0 0.25rem; font-size: 0.75rem; font-weight: 700; color: var(--_accent-text); }
.new-line::before, .new-line::after { content: ''; flex: 1; border-top: 1px solid; opacity: 0.4; }
.to-newest {
  position: absolute; bottom: 0.625rem; inset-inline-end: 0.875rem; width: var(--_target); height: var(--_target); border-radius: 50%;
  display: grid; place-items: center; color: var(--_accent-text); background: light-dark(#ffffff, #363c49);
  box-shadow: 0 4px 14px rgb(10 16 32 / 0.22), 0 0 0 1px var(--_line);
}

.message { display: grid; margin-top: 3px; animation: message-in 0.24s var(--_out); }
.message > * { max-width: 95%; }
.other { grid-template-columns: 1.75rem minmax(0, 1fr); column-gap: 0.5rem; justify-items: start; }
.other > * { grid-column: 2; }
.own { grid-template-columns: minmax(0, 1fr); justify-items: end; padding-inline-start: 2.25rem; }
.message.starts-group { margin-top: 0.875rem; }
.day-line + .message { margin-top: 0.25rem; }
@keyframes message-in { from { opacity: 0; transform: translateY(0.5rem); } }
.author { grid-row: 1; padding-block: 0.25em; margin-block: -0.25em calc(3px - 0.25em); margin-inline: 0.25rem 0; font-size: 0.7812rem; font-weight: 600; color: var(--_muted); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.avatar {
  grid-area: 2 / 1; align-self: end; width: 1.75rem; max-width: none; height: 1.75rem; border-radius: 50%; overflow: hidden; display: grid; place-items: center;
  font-size: 0.7812rem; font-weight: 700; color: var(--_accent-text); background: var(--_soft);
}
.avatar .icon { width: 1.125rem; height: 1.125rem; }
.avatar:has(.icon-bot), .header-avatar:has(.icon-bot) { border-radius: 30%; }
.face { display: grid; place-items: center; width: 100%; height: 100%; }
.face img { width: 100%; height: 100%; object-fit: cover; }
.message:not(.ends-group) .avatar { visibility: hidden; }

.body { grid-row: 2; display: flex; flex-direction: column; gap: 0.25rem; align-items: flex-start; min-width: 0; position: relative; }
.body > * { max-width: 100%; }
.body > .structured:has(.carousel) { width: 100%; }
.own .body { align-items: flex-end; }
.body:has(.carousel), .quick-replies, .failure { max-width: 100%; }
.failure .link { display: inline-flex; align-items: center; justify-content: flex-end; }
.bubble {
  padding: 0.5625rem 0.875rem; border-radius: 1.125rem; white-space: pre-wrap; overflow-wrap: anywhere; max-width: 100%;
  background: var(--_soft); color: var(--_text);
}
.bubble a { color: var(--_accent-text); text-underline-offset: 2px; }
.own .bubble { background: var(--_accent); color: var(--_on-accent); }
.own .bubble a { color: inherit; }
.own .bubble a:focus-visible { outline-color: var(--_on-accent); }
.other .bubble { border-end-start-radius: 0.375rem; }
.other:not(.starts-group) .bubble { border-start-start-radius: 0.375rem; }
.own .bubble { border-end-end-radius: 0.375rem; }
.own:not(.starts-group) .bubble { border-start-end-radius: 0.375rem; }

.bubble ul, .bubble ol { margin: 0; padding-inline-start: 1.375rem; white-space: normal; }
.bubble li { white-space: pre-wrap; }
.bubble blockquote { margin: 0; padding-inline-start: 0.75rem; border-inline-start: 3px solid var(--_field-line); }
.bubble code { font: 0.92em/1.4 ui-monospace, SFMono-Regular, Consolas, monospace; padding: 1px 0.25rem; border-radius: 0.25rem; background: color-mix(in srgb, currentColor 10%, transparent); }
.bubble pre { margin: 0; overflow-x: auto; }
.bubble pre code { display: block; width: max-content; min-width: 100%; padding: 0.5rem; }
.bubble > p + *, .bubble > * + p, .bubble > * + ul, .bubble > * + ol, .bubble > * + blockquote, .bubble > * + pre { margin-top: 0.5rem; }
.bubble mark { padding-inline: 2px; border-radius: 3px; background: light-dark(#ffe58a, #6b5600); color: var(--_text); }
.bubble.emoji { padding: 0.125rem 0.25rem; background: none; color: var(--_text); font-size: 2.25rem; line-height: 1.25; }
.bubble.unsupported { color: var(--_muted); background: transparent; border: 1px dashed var(--_field-line); }
[data-status='pending'] .bubble:not(.emoji) { background: color-mix(in srgb, var(--_accent) 88%, var(--_surface)); }
[data-status='failed'] .bubble {
  background: var(--_danger-soft); color: var(--_text); box-shadow: inset 0 0 0 1px color-mix(in srgb, var(--_danger) 45%, transparent);
}

.meta {
  grid-row: 3; display: flex; align-items: center; gap: 0.25rem; height: 1.0625rem; margin: 0.25rem 0.3125rem 0; font-size: 0.7188rem; line-height: 1; color: var(--_muted);
}
.redacted { margin: 0.25rem 0.3125rem 0; font-size: 0.7188rem; line-height: 1.3; text-align: end; text-wrap: balance; color: var(--_muted); }
.meta .icon { width: 0.75rem; height: 0.75rem; stroke-width: 2.4; }
.failure { grid-row: 4; display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 2px 0.875rem; margin: 0.3125rem 0.25rem 0; font-size: 0.8125rem; }
.failure p { text-wrap: balance; flex: 1 0 100%; display: flex; justify-content: flex-end; align-items: flex-start; gap: 0.3125rem; color: var(--_danger); }
.failure .icon { width: 1rem; height: 1rem; margin-top: 1px; }

.typing { margin-block-start: 0.625rem; margin-inline-start: 2.25rem; align-self: flex-start; }
.typing:empty { display: none; }
.dots { display: inline-flex; gap: 0.3125rem; padding: 0.875rem 0.9375rem; border-radius: 1.125rem; border-end-start-radius: 0.375rem; background: var(--_soft); }
.dots i { width: 0.4375rem; height: 0.4375rem; border-radius: 50%; background: var(--_muted); animation: dot 1.3s infinite ease-in-out; }
.dots i:nth-child(2) { animation-delay: 0.16s; }
.dots i:nth-child(3) { animation-delay: 0.32s; }
@keyframes dot { 0%, 70%, 100% { transform: none; opacity: 0.45; } 35% { transform: translateY(-0.25rem); opacity: 1; } }

.quick-replies { grid-row: 5; display: flex; flex-wrap: wrap; gap: 0.5rem; margin-top: 0.5rem; }
.quick-reply, .slot {
  min-height: var(--_target); min-width: var(--_target); max-width: 100%; padding: 0.4375rem 0.9375rem; border-radius: 1.375rem; font-weight: 600; font-size: 0.875rem; color: var(--_accent-text);
  background: var(--_surface); box-shadow: inset 0 0 0 1.5px color-mix(in srgb, var(--_accent-text) 55%, transparent);
  transition: background 0.15s, color 0.15s; overflow-wrap: anywhere; text-align: start;
}
.quick-reply { display: inline-flex; align-items: center; gap: 0.5rem; }
.thumbnail { flex: none; width: 2.75rem; height: 2.75rem; border-radius: 0.5rem; object-fit: cover; background: var(--_soft); }
.quick-reply .thumbnail { width: 1.75rem; height: 1.75rem; border-radius: 50%; }
.quick-reply:hover, .slot:hover { background: var(--_accent); color: var(--_on-accent); box-shadow: none; }

.file { display: flex; align-items: center; gap: 0.75rem; padding-block: 0.625rem; padding-inline: 0.625rem 0.9375rem; border-radius: 1rem; max-width: 100%;
  background: var(--_raised); border: 1px solid var(--_line); text-decoration: none; color: var(--_text); }
a.file:hover { background: var(--_soft); }
.file-icon { flex: none; width: 2.375rem; height: 2.375rem; border-radius: 0.6875rem; display: grid; place-items: center;
  color: var(--_accent-text); background: var(--_soft); }
.file-name { min-width: 0; font-weight: 600; font-size: 0.875rem; line-height: 1.35; overflow-wrap: anywhere; }
.file-size { display: flex; align-items: center; gap: 0.25rem; font-weight: 400; font-size: 0.7812rem; color: var(--_muted); }
.file-size .icon { width: 0.8125rem; height: 0.8125rem; stroke-width: 2.4; }
.captioned { max-width: 16.25rem; }
.captioned figcaption { margin-top: 0.25rem; font-size: 0.8438rem; color: var(--_muted); overflow-wrap: anywhere; }
/* The size of a picture is not known before it is loaded, so each gets the same space. */
.picture { display: block; overflow: hidden; border-radius: 1rem; width: 16.25rem; max-width: 100%; aspect-ratio: 4 / 3; background: var(--_soft); }
.picture img { display: block; width: 100%; height: 100%; object-fit: cover; }
`
