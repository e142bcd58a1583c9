import type { Deployment, PreChatForm } from '../../../contract/contract.ts'

/** The form that a page shows before the chat opens. It is part of the response to `GET /deployment`. */
export interface PreChatFeature {
  readonly name: 'pre-chat form'
  readonly capabilities: readonly never[]
  readonly deployment: Pick<Deployment, 'preChat'>
  addRoutes(): void
  readinessChecks(): Promise<readonly never[]>
  diagnose(): Promise<
    { readonly found: string; readonly problems: readonly { readonly hint: string }[] } | undefined
  >
}

export function createPreChatFeature(
  form: PreChatForm | undefined,
  { hasAttributes }: { readonly hasAttributes: boolean },
): PreChatFeature {
  return {
    name: 'pre-chat form',
    capabilities: [],
    deployment: form === undefined ? {} : { preChat: form },
    addRoutes() {},
    readinessChecks: () => Promise.resolve([]),
    diagnose() {
      if (form === undefined) return Promise.resolve(undefined)
      const problems = hasAttributes
        ? []
        : [{ hint: 'Answers become guest attributes, which this GENESYS_GUEST_API does not support.' }]
      return Promise.resolve({ found: `asks for ${form.fields.map(({ key }) => key).join(', ')}`, problems })
    },
  }
}
