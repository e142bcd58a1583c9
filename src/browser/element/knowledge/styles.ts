/** Search results replace the messages; with `knowledge="first"`, they also replace the input field. */
export const knowledgeStyles = `
.knowledge {
  flex: 0 1 auto; min-height: 0; overflow-y: auto; display: flex; flex-direction: column; gap: 0.75rem; padding: 0.875rem;
  border-bottom: 1px solid var(--_line); overflow-wrap: anywhere;
}
.knowledge.busy, .knowledge.first { flex: 1; border-bottom: 0; }
.knowledge.busy ~ .log, .knowledge.first ~ .log, .knowledge.first ~ .composer, .pre-chat ~ .knowledge { display: none; }
.knowledge > * { flex: none; }
.knowledge > :empty, .knowledge:not(.first) > :is(.knowledge-title, .write), .knowledge.reading > :is(.knowledge-title, form) { display: none; }
.knowledge-title { margin-top: 0.5rem; font-size: 1.375rem; line-height: 1.25; font-weight: 700; letter-spacing: -0.02em; text-wrap: balance; }
.knowledge > .write { position: sticky; bottom: 0; margin-top: auto; box-shadow: 0 0.4375rem 0 0.875rem var(--_surface); }
.knowledge > .welcome-sign { margin-block: auto 0; }
.knowledge.busy > .welcome-sign, .knowledge:not(.first) > .welcome-sign { display: none; }
.knowledge.first:not(.busy) > .knowledge-title { text-align: center; }
.knowledge form { display: flex; gap: 0.5rem; }
.knowledge .input {
  flex: 1; min-width: 0; min-height: var(--_target); padding: 0.5rem 0.75rem; border-radius: 0.75rem; border: 1px solid var(--_field-line);
  background: var(--_surface); appearance: none;
}
.knowledge .input::placeholder { color: var(--_muted); opacity: 1; }
.knowledge .input::-webkit-search-cancel-button { display: none; }
.suggested-searches { display: flex; flex-wrap: wrap; gap: 0.5rem; }
.suggested-searches .action { font-size: 0.875rem; font-weight: 500; }
.knowledge [role='status'] { color: var(--_muted); font-size: 0.875rem; }
.knowledge ul, .knowledge ol { margin: 0; padding-inline-start: 1.5rem; }
.knowledge-content > ul { padding: 0; list-style: none; border-radius: 0.75rem; border: 1px solid var(--_line); overflow: hidden; }
.knowledge-content > ul > li + li { border-top: 1px solid var(--_line); }
.article-link { display: block; width: 100%; min-height: var(--_target); padding: 0.75rem 0.875rem; text-align: start; }
.article-link:hover { background: var(--_soft); }
.article-link:focus-visible { outline-offset: -3px; border-radius: 0.75rem; }
.article-title { display: block; font-weight: 600; color: var(--_accent-text); }
.article-excerpt { display: block; margin-top: 0.125rem; color: var(--_muted); font-size: 0.875rem; }
.knowledge article, .article-body { display: flex; flex-direction: column; gap: 0.75rem; }
.knowledge article > .back { align-self: flex-start; display: flex; gap: 0.25rem; margin-block: -0.5rem; margin-inline-start: -0.5rem; padding-inline: 0.5rem; border: 0; }
.article-title, .article-excerpt, .knowledge article > h3 { text-align: left; }
[dir='rtl'] :is(.article-title, .article-excerpt, .knowledge article > h3) { text-align: right; }
.knowledge article > h3 { font-size: 1.25rem; line-height: 1.3; font-weight: 650; }
.knowledge h3:focus, .helpful p:focus { outline: none; }
.knowledge h4, .knowledge h5, .knowledge h6 { margin: 0; font-size: 0.9375rem; }
.knowledge article a { color: var(--_accent-text); }
.knowledge article img { display: block; max-width: 100%; height: auto; border-radius: 0.5rem; }
.knowledge pre { margin: 0; padding: 0.5rem 0.75rem; overflow-x: auto; border-radius: 0.5rem; background: var(--_soft); }
.knowledge table { border-collapse: collapse; }
.knowledge td { padding: 0.25rem 0.5rem; border: 1px solid var(--_line); vertical-align: top; }
.helpful { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem; padding-top: 0.75rem; border-top: 1px solid var(--_line); }
.helpful > p { margin-inline-end: auto; font-weight: 600; }
.helpful .action { min-width: 4rem; }
.knowledge-problem { color: var(--_danger); }
.knowledge-problem:empty { display: none; }
`
