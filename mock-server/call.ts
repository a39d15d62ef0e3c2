/** A request as any door hands it over. */
import type { EndpointRow, Peer } from '../contracts/core.ts';

export interface Call {
  readonly endpoint: EndpointRow;
  /** undefined: longer than the front server takes. */
  readonly body: Uint8Array | undefined;
  readonly peer: Peer;
  readonly callerIp: string;
  /** A number of its own for each connection; left out in process. */
  readonly connection?: number | undefined;
  readonly edge: Edge;
}

/** What only the door can do, and only a fault of the wire asks for. */
export interface Edge {
  /** @returns false when the client left before */
  wait(ms: number): Promise<boolean>;
  /** Where an external entity in the answer to this call is to point to. */
  canaryUrl(call: Call): Promise<string>;
}
