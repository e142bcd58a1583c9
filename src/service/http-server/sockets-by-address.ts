import type { Socket } from 'node:net'

/** The sockets of each address, oldest first, with a value for each socket. */
export class SocketsByAddress<Value> {
  private readonly byAddress = new Map<string, Map<Socket, Value>>()

  add(address: string, socket: Socket, value: Value): void {
    const sockets = this.byAddress.get(address)
    if (sockets === undefined) this.byAddress.set(address, new Map([[socket, value]]))
    else sockets.set(socket, value)
  }

  delete(address: string, socket: Socket): void {
    const sockets = this.byAddress.get(address)
    sockets?.delete(socket)
    if (sockets?.size === 0) this.byAddress.delete(address)
  }

  of(address: string): ReadonlyMap<Socket, Value> {
    return this.byAddress.get(address) ?? new Map<Socket, Value>()
  }

  entries(): Iterable<readonly [address: string, sockets: ReadonlyMap<Socket, Value>]> {
    return this.byAddress
  }
}
