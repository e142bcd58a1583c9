/** Quick replies, cards, pickers and files. */
export const contentStyles = `
.quick-replies { grid-row: 5; display: flex; flex-wrap: wrap; gap: 8px; margin-top: 8px; }
.quick-reply, .slot {
  padding: 7px 15px; border-radius: 18px; font-weight: 600; font-size: 14px; color: var(--_accent-text);
  background: var(--_surface); box-shadow: inset 0 0 0 1.5px color-mix(in srgb, var(--_accent-text) 55%, transparent);
  transition: background 0.15s, color 0.15s; overflow-wrap: anywhere; text-align: start;
}
.quick-reply:hover, .slot:hover { background: var(--_accent); color: var(--_on-accent); box-shadow: none; }

.card, .picker { width: 268px; max-width: 100%; overflow: hidden; border-radius: 16px; background: var(--_raised); border: 1px solid var(--_line); }
.card-picture { display: block; width: 100%; aspect-ratio: 16 / 9; object-fit: cover; background: var(--_soft); }
.card-text { padding: 13px 15px 12px; }
.card-title { font-weight: 650; letter-spacing: -0.005em; }
.card-description { display: block; margin-top: 2px; font-size: 13.5px; color: var(--_muted); overflow-wrap: anywhere; }
.card-actions { border-top: 1px solid var(--_line); }
.card-actions .action { width: 100%; border: 0; border-radius: 0; padding: 10px 15px; font-size: 14px; }
.card-actions .action + .action { border-top: 1px solid var(--_line); }
.card-actions .action:focus-visible { outline-offset: -3px; }
.card-actions .action:last-child { border-radius: 0 0 15px 15px; }

.carousel { width: 100%; min-width: 0; }
.carousel-track {
  display: flex; gap: 12px; align-items: stretch; overflow-x: auto; scroll-snap-type: x mandatory; scrollbar-width: none; padding: 2px;
}
.carousel-track:focus-visible { outline-offset: -2px; border-radius: 16px; }
.carousel-track .card { flex: 0 0 min(236px, 86%); scroll-snap-align: start; display: flex; flex-direction: column; }
.carousel-track .card-actions { margin-top: auto; }
.carousel-steps { display: flex; gap: 8px; justify-content: flex-end; margin-top: 8px; }
.carousel-steps button { width: 34px; height: 34px; border-radius: 50%; display: grid; place-items: center; color: var(--_accent-text); background: var(--_soft); }

.picker { padding: 14px 15px; }
.day { margin-top: 12px; }
.day-name { margin-bottom: 6px; font-size: 12.5px; font-weight: 600; color: var(--_muted); }
.slots { display: grid; grid-template-columns: repeat(auto-fill, minmax(88px, 1fr)); gap: 8px; }
.slot { text-align: center; padding-inline: 6px; }
.picker-form { display: grid; gap: 10px; margin-top: 12px; }
.picker-form input { padding: 9px 12px; border-radius: 12px; border: 1px solid var(--_field-line); background: var(--_surface); width: 100%; }
.picker fieldset + fieldset { margin-top: 14px; }
.list-item { display: flex; gap: 10px; align-items: flex-start; padding: 8px 0; cursor: pointer; }
.list-item input { width: 18px; height: 18px; margin: 2px 0 0; accent-color: var(--_accent); flex: none; }
.picker > .action { width: 100%; margin-top: 10px; }

.file { display: flex; align-items: center; gap: 12px; padding: 10px 15px 10px 10px; border-radius: 16px; max-width: 100%;
  background: var(--_raised); border: 1px solid var(--_line); text-decoration: none; color: var(--_text); }
a.file:hover { background: var(--_soft); }
.file-icon { flex: none; width: 38px; height: 38px; border-radius: 11px; display: grid; place-items: center;
  color: var(--_accent-text); background: var(--_soft); }
.file-name { min-width: 0; font-weight: 600; font-size: 14px; line-height: 1.35; overflow-wrap: anywhere; }
.file-size { display: flex; align-items: center; gap: 4px; font-weight: 400; font-size: 12.5px; color: var(--_muted); }
.file-size .icon { width: 13px; height: 13px; stroke-width: 2.4; }
.picture { display: block; overflow: hidden; border-radius: 16px; max-width: 260px; background: var(--_soft); }
.picture img { display: block; max-width: 100%; max-height: 300px; min-height: 60px; min-width: 80px; object-fit: cover; }
`
