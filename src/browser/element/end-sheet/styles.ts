/** Styles for the sheet that asks for confirmation before the conversation is ended. */
export const endSheetStyles = `
.veil {
  position: absolute; inset: 0; display: flex; align-items: flex-end; padding: 0.75rem;
  background: rgb(8 10 16 / 0.46); animation: veil-in 0.18s;
}
.sheet {
  width: 100%; padding: 1.375rem 1.25rem 1.125rem; border-radius: 1.125rem; background: var(--_raised); box-shadow: var(--_shadow);
  animation: sheet-in 0.26s var(--_out);
}
.sheet h2 { font-size: 1.0625rem; font-weight: 650; letter-spacing: -0.01em; }
.sheet p { margin: 0.25rem 0 1.125rem; color: var(--_muted); font-size: 0.875rem; }
.sheet .final, .sheet .final:hover { color: #ffffff; background: #b3261e; }
.sheet-actions { display: grid; grid-template-columns: 1fr 1fr; gap: 0.625rem; }
@keyframes veil-in { from { opacity: 0; } }
@keyframes sheet-in { from { transform: translateY(1.5rem); opacity: 0; } }
`
