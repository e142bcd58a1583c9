/** The two functions of h3 that the route uses, so that it can be checked without Nuxt. */
declare module 'h3' {
  export function fromNodeMiddleware(handler: unknown): unknown
  export function useBase(base: string, handler: unknown): unknown
}
