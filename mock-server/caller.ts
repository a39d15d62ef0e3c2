/** Who is at the other end of a connection. */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Call } from './call.ts';
import { peerOf } from './tls.ts';

/** `connection` counts connections in the order of their first request, for whoever reads the journal. */
export type Caller = Required<Pick<Call, 'peer' | 'callerIp' | 'connection'>>;

const callers = new WeakMap<Socket, Caller>();
let connectionsSeen = 0;

/** Found out once per connection, with its first request, as nginx does. */
export function callerAt(socket: Socket): Caller {
  const known = callers.get(socket);
  if (known) return known;
  const caller: Caller = {
    peer: socket instanceof TLSSocket ? peerOf(socket) : { kind: 'none' },
    callerIp: addressOf(socket) ?? '127.0.0.1',
    connection: ++connectionsSeen,
  };
  callers.set(socket, caller);
  return caller;
}

/** What stands before an IPv4 address in the form of IPv6. */
const MAPPED = '::ffff:';

/** An IPv4 address as such, also where the socket has it in the form of IPv6; undefined: it is closed already. */
export function addressOf(socket: Socket): string | undefined {
  const address = socket.remoteAddress;
  return address?.startsWith(MAPPED) ? address.slice(MAPPED.length) : address;
}
