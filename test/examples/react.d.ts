/** The three functions of React that the hook uses, so that it can be checked without React. */
declare module 'react' {
  export function useEffect(effect: () => undefined | (() => void), dependencies?: readonly unknown[]): void
  export function useMemo<T>(make: () => T, dependencies: readonly unknown[]): T
  export function useSyncExternalStore<T>(
    subscribe: (onChange: () => void) => () => void,
    getSnapshot: () => T,
    getServerSnapshot?: () => T,
  ): T
}
