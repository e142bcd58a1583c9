import { externalLink, hiddenAddress, linked, linkUrl } from './autolink.ts'
import { h } from './dom.ts'
import { parseMarkdown, type MarkdownNode } from './markdown.ts'

/** Markdown as elements. Plain addresses become links too. This bundle is loaded only for the first message with rich text. */
export function richText(text: string): (Node | string)[] {
  return parseMarkdown(text, linkUrl).flatMap((node) => rendered(node, false))
}

function rendered(node: MarkdownNode, isLiteral: boolean): (Node | string)[] {
  if (typeof node === 'string') return isLiteral ? [node] : linked(node)
  const children = node.children.flatMap((child) =>
    rendered(child, isLiteral || node.tag === 'a' || node.tag === 'code'),
  )
  if (node.tag === 'a') {
    const hidden = hiddenAddress(textOf(node), node.url)
    return [externalLink(node.url, {}, ...children), ...(hidden === undefined ? [] : [` (${hidden})`])]
  }
  return [h(node.tag, { start: node.start }, ...children)]
}

function textOf(node: MarkdownNode): string {
  return typeof node === 'string' ? node : node.children.map(textOf).join('')
}
