import { BoundedMap } from '../collections/bounded-map.ts'

const MAX_MOUNT_PATHS = 16

/**
 * The OpenAPI document as JSON, for the path where the service is mounted (`''` at the root). It is created
 * once, on first use; only then are its schemas and its generator loaded.
 */
export function createOpenApiJson(options: {
  readonly publicUrl: string
  readonly version: string
}): (mountPath: string) => Promise<string> {
  const documents = new BoundedMap<string, Promise<string>>(MAX_MOUNT_PATHS)
  async function generate(publicUrl: string): Promise<string> {
    const { openApiDocument } = await import('./document.ts')
    return JSON.stringify(openApiDocument({ publicUrl, version: options.version }))
  }
  return (mountPath) => {
    const publicUrl = options.publicUrl || mountPath
    const json = documents.get(publicUrl) ?? generate(publicUrl)
    documents.set(publicUrl, json)
    return json
  }
}
