/** The endpoints: where they are, and what they sign. */
import { EDITIONS, ENDPOINTS, type EndpointName, type Provenance } from '../types.ts';
import { inAsciiOrder, type SignedFields } from '../wire/sign.ts';
import { EDITION_TABLES } from './editions.ts';

/** The real host, which a client may have compiled in. */
export const REAL_HOST = 'api.mch.weixin.qq.com';

export interface EndpointRow extends Provenance {
  readonly name: EndpointName;
  readonly path: string;
  readonly certificate: 'required';
  /** Documented as signed, observed never to be; gethbinfo must not be (clients' facts, "On the way out" 3). */
  readonly replySigned: {
    readonly documented: boolean;
    readonly observed: boolean;
    readonly possible: boolean;
  };
}

export const ENDPOINT_ROWS: Readonly<Record<EndpointName, EndpointRow>> = {
  sendredpack: {
    name: 'sendredpack',
    path: '/mmpaymkttransfers/sendredpack',
    certificate: 'required',
    replySigned: { documented: true, observed: false, possible: true },
    source: 'seed 000, seed 001, E30',
    certainty: 'documented',
  },
  gethbinfo: {
    name: 'gethbinfo',
    path: '/mmpaymkttransfers/gethbinfo',
    certificate: 'required',
    replySigned: { documented: true, observed: false, possible: false },
    source: '§7.2, E30',
    certainty: 'documented',
  },
};

/** The endpoint at a path, or undefined. */
export function endpointAt(path: string): EndpointRow | undefined {
  return Object.values(ENDPOINT_ROWS).find((row) => row.path === path);
}

/**
 * The fields that an endpoint signs: those of all its editions together, so that old clients, which still send nick_name,
 * min_value and max_value, pass (clients' facts, "On the way in" 4).
 */
function signedFields(endpoint: EndpointName): SignedFields {
  const rows = EDITIONS.flatMap((edition) => EDITION_TABLES[edition].request[endpoint]);
  const names = new Set(rows.map((row) => row.name));
  names.delete('sign');
  const ints = rows.filter((row) => row.type === 'int').map((row) => row.name);
  return { names: inAsciiOrder(names), ints: new Set(ints) };
}

export const SIGNED_FIELDS = Object.fromEntries(
  ENDPOINTS.map((endpoint) => [endpoint, signedFields(endpoint)]),
) as Readonly<Record<EndpointName, SignedFields>>;
