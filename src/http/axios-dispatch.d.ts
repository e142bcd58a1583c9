/** The half of `Axios.request` that follows on merging configurations and running interceptors; untyped by axios. */
declare module 'axios/unsafe/core/dispatchRequest.js' {
  import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios'

  export default function dispatchRequest<T>(config: InternalAxiosRequestConfig): Promise<AxiosResponse<T>>
}
