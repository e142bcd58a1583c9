const SVG = 'http://www.w3.org/2000/svg'

/** A decorative picture, hidden from screen readers: the text next to it, or a label, states its meaning. */
export function drawIcon(name: string, outline: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('class', `icon icon-${name}`)
  svg.setAttribute('aria-hidden', 'true')
  svg.setAttribute('focusable', 'false')
  const path = document.createElementNS(SVG, 'path')
  path.setAttribute('d', outline)
  svg.append(path)
  return svg
}
