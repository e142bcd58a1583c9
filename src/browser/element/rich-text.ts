import { externalLink, linked, linkUrl } from './autolink.ts'
import { h } from './dom.ts'
import { parseMarkdown, type MarkdownNode } from './markdown.ts'

/** Markdown as elements. Addresses that stand in it as they are become links too. */
export function richText(text: string): (Node | string)[] {
  return parseMarkdown(text, linkUrl).flatMap((node) => rendered(node, false))
}

function rendered(node: MarkdownNode, isLiteral: boolean): (Node | string)[] {
  if (typeof node === 'string') return isLiteral ? [node] : linked(node)
  const children = node.children.flatMap((child) =>
    rendered(child, isLiteral || node.tag === 'a' || node.tag === 'code'),
  )
  if (node.tag === 'a') return [externalLink(node.url, {}, ...children)]
  return [h(node.tag, { start: node.start }, ...children)]
}
