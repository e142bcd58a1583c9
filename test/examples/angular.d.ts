/** The parts of Angular that the component uses, so that it can be checked without Angular. */
declare module '@angular/core' {
  export const CUSTOM_ELEMENTS_SCHEMA: object
  export const ChangeDetectionStrategy: { readonly OnPush: number }
  export function Component(metadata: object): (component: unknown, context: unknown) => void
  export const input: { readonly required: <T>(options?: { transform?: (value: T) => T }) => () => T }
  export function signal<T>(value: T): (() => T) & { set(value: T): void }
}
