/** Styles for the panel while the contact center is closed, and for the line that shows how long the guest will wait. */
export const availabilityStyles = `
.panel.shut > :not(.header, .closed), .panel.shut .header-state, .panel.after-hours .over-bar .action { display: none; }
.closed {
  flex: 1; display: flex; flex-direction: column; justify-content: center; gap: 0.75rem; padding: 1.5rem 1.25rem; overflow-y: auto;
  text-align: center; color: var(--_muted); text-wrap: balance;
}
.after-hours .closed { flex: none; padding-top: 0; }
.closed h3 { font-size: 1.0625rem; font-weight: 650; color: var(--_text); }
.closed h3:focus { outline: none; }
.closed .closed-sign { margin-bottom: 0.375rem; }
.after-hours .closed-sign { display: none; }
.waiting { margin: 0 0.875rem 0.5rem; color: var(--_muted); font-size: 0.8438rem; text-align: center; }
.waiting.empty { margin: 0; }
`
