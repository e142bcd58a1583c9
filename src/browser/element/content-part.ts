import type { Content } from '../../contract/contract.ts'

/** A structured part of a message, by its type. */
export type Part<Type extends Content['type']> = Extract<Content, { readonly type: Type }>
