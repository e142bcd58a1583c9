/** Styles for cards, pickers and forms. */
export const structuredStyles = `
.card, .picker { width: 16.75rem; max-width: 100%; overflow: hidden; border-radius: 1rem; background: var(--_raised); border: 1px solid var(--_line); }
.card-picture { display: block; width: 100%; aspect-ratio: 16 / 9; object-fit: cover; background: var(--_soft); }
.card-text { padding: 0.8125rem 0.9375rem 0.75rem; }
.card-title, .card-description, .list-text, .slot, .quick-reply, .field-label, .answered { unicode-bidi: plaintext; }
.card-title, .card-description, .list-text, .field-label { text-align: left; }
[dir='rtl'] :is(.card-title, .card-description, .list-text, .field-label) { text-align: right; }
.input::placeholder { color: var(--_muted); opacity: 1; }
.card-link { font: inherit; color: var(--_accent-text); text-align: start; text-decoration: underline; text-underline-offset: 2px; min-height: 1.5rem; }
.place { display: flex; gap: 0.75rem; }
.place > div { min-width: 0; }
.card-title { overflow-wrap: anywhere; font-weight: 650; letter-spacing: -0.005em; }
.card-description { display: block; margin-top: 2px; font-size: 0.8438rem; color: var(--_muted); overflow-wrap: anywhere; }
.card-actions { border-top: 1px solid var(--_line); }
.card-actions .action { width: 100%; border: 0; border-radius: 0; padding: 0.625rem 0.9375rem; font-size: 0.875rem; }
.card-actions .action + .action { border-top: 1px solid var(--_line); }
.card-actions .action:focus-visible { outline-offset: -3px; }
.card-actions .action:last-child { border-radius: 0 0 0.9375rem 0.9375rem; }

.carousel { width: 100%; min-width: 0; }
.carousel-track {
  display: flex; gap: 0.75rem; align-items: stretch; overflow-x: auto; scroll-snap-type: x mandatory; scrollbar-width: none; padding: 2px;
}
.carousel-track:focus-visible { outline-offset: -2px; border-radius: 1rem; }
.carousel-track .card { flex: 0 0 min(14.75rem, 86%); scroll-snap-align: start; display: flex; flex-direction: column; }
.carousel-track .card-actions { margin-top: auto; }
.carousel-track.more-after { --_fade-end: 2rem; }
.carousel-track.more-before { --_fade-start: 2rem; }
.carousel-track { mask-image: linear-gradient(var(--_onward, to right), transparent, #000 var(--_fade-start, 0px), #000 calc(100% - var(--_fade-end, 0px)), transparent); }
[dir='rtl'] .carousel-track { --_onward: to left; }
.carousel-steps { display: flex; gap: 0.75rem; align-items: center; justify-content: center; margin-top: 0.5rem; }
.carousel-dots { display: flex; gap: 0.375rem; }
.carousel-dots i { width: 0.4375rem; height: 0.4375rem; border-radius: 50%; background: var(--_field-line); opacity: 0.55; transition: opacity 0.2s; }
.carousel-dots .on { background: var(--_accent-text); opacity: 1; }
.carousel-steps button { width: var(--_target); height: var(--_target); border-radius: 50%; display: grid; place-items: center; color: var(--_accent-text); background: var(--_soft); }
.message:has(.carousel-steps:not([hidden])) .avatar { margin-bottom: 3.25rem; }
.carousel-steps [aria-disabled='true'] { opacity: 0.4; cursor: default; }

.picker { padding: 0.875rem 0.9375rem; }
.picker > .card-picture { margin: -0.875rem -0.9375rem 0.75rem; width: calc(100% + 1.875rem); }
.answered { display: flex; align-items: center; gap: 0.375rem; margin-top: 0.375rem; font-size: 0.8438rem; color: var(--_muted); }
.answered .icon { width: 0.875rem; height: 0.875rem; stroke-width: 2.4; }
.choices { min-width: 0; }
.choices:not(:first-child) { margin-top: 0.5rem; }
.message:has(.card, .picker):not(.starts-group), .message:has(.card, .picker) + .message:not(.starts-group) { margin-top: 0.5rem; }
.choices > .action { width: 100%; margin-top: 0.625rem; }
.day { margin-top: 0.75rem; }
.day-name { margin-bottom: 0.375rem; font-size: 0.7812rem; font-weight: 600; color: var(--_muted); }
.slots { display: grid; grid-template-columns: repeat(auto-fill, minmax(4.25rem, 1fr)); gap: 0.5rem; }
.slot { text-align: center; padding-inline: 0.375rem; }
.picker-form { display: grid; gap: 0.625rem; margin-top: 0.75rem; }
.input {
  display: block; width: 100%; min-width: 0; max-width: 100%; min-height: var(--_target); padding: 0.5rem 0.75rem; border-radius: 0.75rem;
  border: 1px solid var(--_field-line); background: var(--_surface); appearance: none; resize: vertical;
}
select.input { padding-inline-end: 2.25rem; }
.select { display: block; position: relative; }
.select::after {
  content: ''; position: absolute; top: 50%; inset-inline-end: 1rem; width: 0.4375rem; height: 0.4375rem; border: solid var(--_muted);
  border-width: 0 0.125rem 0.125rem 0; transform: translateY(-70%) rotate(45deg); pointer-events: none;
}
.input:focus-visible { outline-offset: -1px; }
[dir='rtl'] .input:placeholder-shown { direction: rtl; }
.input[aria-invalid='true'] { border-color: var(--_danger); outline-color: var(--_danger); }
.form-progress { margin-bottom: 0.25rem; font-size: 0.7812rem; color: var(--_muted); }
.form-step:focus { outline: none; }
.form-field { margin-top: 0.75rem; min-width: 0; }
.form-field .reason { margin-top: 0.5rem; }
.form-field ~ .card-description { margin-top: 0.75rem; }
.field-label { display: block; margin-bottom: 0.375rem; font-size: 0.875rem; font-weight: 600; overflow-wrap: anywhere; }
.form-field .card-description { margin-bottom: 0.375rem; }
.form-actions { display: flex; gap: 0.5rem; margin-top: 0.875rem; }
.form-actions .action { flex: 1; }
.form-answers dt { margin-top: 0.5rem; font-size: 0.7812rem; color: var(--_muted); }
.form-answers dd { overflow-wrap: anywhere; }
.picker legend { font-size: 0.8125rem; font-weight: 600; color: var(--_muted); }
.form-field legend { font-size: 0.875rem; color: var(--_text); }
.picker fieldset + fieldset { margin-top: 0.875rem; }
.list-item { display: flex; gap: 0.625rem; align-items: center; min-height: var(--_target); padding: 0.375rem 0; cursor: pointer; }
.list-text { min-width: 0; overflow-wrap: anywhere; }
.list-item input {
  flex: none; display: grid; place-items: center; width: 1.25rem; height: 1.25rem; margin: 0; appearance: none; border: 1.5px solid var(--_field-line);
  border-radius: 0.375rem; background: var(--_surface);
}
.list-item input[type='radio'] { border-radius: 50%; }
.list-item input:checked { border-color: var(--_accent-text); background: var(--_accent-text); }
.list-item input:checked::before {
  content: ''; width: 0.3125rem; height: 0.5625rem; margin-top: -0.125rem; border: solid var(--_surface); border-width: 0 2px 2px 0; transform: rotate(45deg);
}
.list-item input[type='radio']:checked::before {
  width: 0.4375rem; height: 0.4375rem; margin: 0; border: 0; border-radius: 50%; background: var(--_surface);
}
@media (forced-colors: active) { .list-item input { appearance: auto; } }
`
